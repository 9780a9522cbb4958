"""Addresses of rating, and of the pages that show several apps at once."""

from django.urls import path

from scoring.views import boards, entries, home, marks, points, schemes

urlpatterns = [
    path("", home.home, name="home"),
    path("due/", home.all_due, name="due-list"),
    path("board/", boards.star_board, name="star-board"),
    path("board/tiers/", boards.tier_board, name="tier-board"),
    path("board/compute/", boards.start_run, name="run-start"),
    path("board/<int:pk>/<str:period>/", boards.organization_score, name="organization-score"),
    path(
        "board/<int:pk>/<str:period>/item/<str:item>/",
        boards.organization_evidence,
        name="organization-evidence",
    ),
    path("board/<int:pk>/<str:period>/members/", boards.branch_tiers, name="branch-tiers"),
    path("marks/", marks.mark_sheet_list, name="mark-sheet-list"),
    path("marks/<int:pk>/<str:period>/", marks.mark_sheet, name="mark-sheet"),
    path("points/", entries.points_list, name="points-list"),
    path("points/new/", entries.points_new, name="points-new"),
    path("points/<int:pk>/void/", entries.points_void, name="points-void"),
    path("schemes/", schemes.scheme_list, name="scheme-list"),
    path("schemes/adopt/", schemes.scheme_adopt, name="scheme-adopt"),
    path("schemes/<int:pk>/", schemes.scheme, name="scheme"),
    path("my/points/", points.my_points, name="my-points"),
    path("my/points/<str:period>/", points.my_points, name="my-points-of"),
    path("my/points/<str:period>/<str:item>/", points.my_evidence, name="my-evidence"),
    path("members/<int:pk>/points/", points.member_points, name="member-points"),
    path("members/<int:pk>/points/<str:period>/", points.member_points, name="member-points-of"),
    path(
        "members/<int:pk>/points/<str:period>/<str:item>/",
        points.member_evidence,
        name="member-evidence",
    ),
]
