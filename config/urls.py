"""All addresses of the site, app by app."""

from django.urls import include, path

handler400 = "branches.views.errors.bad_request"
handler403 = "branches.views.errors.forbidden"
handler404 = "branches.views.errors.not_found"
handler500 = "branches.views.errors.server_error"

urlpatterns = [
    path("", include("scoring.urls")),
    path("", include("people.urls")),
    path("", include("activities.urls")),
    path("", include("members.urls")),
    path("", include("branches.urls")),
]
