from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "党员"

    def ready(self) -> None:
        from members import account_sources, duties, ledgers

        account_sources.declare()
        duties.declare()
        ledgers.declare()
