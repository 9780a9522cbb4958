from django.urls import path

from activities.views import lists, logging, own, records

urlpatterns = [
    path("activities/", lists.listing, name="activity-list"),
    path("activities/new/", logging.new, name="activity-new"),
    path("activities/<int:pk>/", records.record, name="activity"),
    path("activities/<int:pk>/edit/", logging.edit, name="activity-edit"),
    path("activities/<int:pk>/roll/", logging.roll, name="activity-roll"),
    path("activities/<int:pk>/close/", records.close, name="activity-close"),
    path("activities/<int:pk>/cancel/", records.cancel, name="activity-cancel"),
    path("activities/<int:pk>/reopen/", records.reopen, name="activity-reopen"),
    path("activities/<int:pk>/sheet/", records.sheet, name="activity-sheet"),
    path("activities/<int:pk>/print/", records.print_record, name="activity-print"),
    path("my/activities/", own.listing, name="my-activities"),
    path("my/activities/<int:pk>/", own.record, name="my-activity"),
]
