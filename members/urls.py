from django.urls import path

from members.views import files, restrictions, rolls, rosters, steps

urlpatterns = [
    path("members/", rolls.roll, name="member-list"),
    path("members/export/", rolls.export, name="member-export"),
    path("members/new/", steps.new, name="member-new"),
    path("members/<int:pk>/", files.member, name="member"),
    path("members/<int:pk>/reveal/", files.reveal, name="member-reveal"),
    path("members/<int:pk>/edit/", steps.edit, name="member-edit"),
    path("members/<int:pk>/move/", steps.move, name="member-move"),
    path("members/<int:pk>/leave/", steps.leave, name="member-leave"),
    path("members/<int:pk>/exempt/", steps.exempt, name="member-exempt"),
    path("members/<int:pk>/restrict/", restrictions.restrict, name="member-restrict"),
    path("members/<int:pk>/regularise/", steps.regularise, name="member-regularise"),
    path("members/<int:pk>/account/", steps.account, name="member-account"),
    path("my/file/", files.mine, name="my-file"),
    path("rosters/", rosters.imports, name="roster-import-list"),
    path("rosters/template/", rosters.template, name="roster-template"),
    path("rosters/<int:pk>/", rosters.roster_import, name="roster-import"),
    path("rosters/<int:pk>/problems/", rosters.problem_list, name="roster-problems"),
]
