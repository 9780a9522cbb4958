from django.apps import AppConfig


class BranchesConfig(AppConfig):
    name = "branches"
    verbose_name = "组织与账号"

    def ready(self) -> None:
        # Importing registers the system checks.
        from branches import checks  # noqa: F401
