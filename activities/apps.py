from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "组织生活"

    def ready(self) -> None:
        from activities import duties, ledgers

        duties.declare()
        ledgers.declare()
