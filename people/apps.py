from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = "党员之间"

    def ready(self) -> None:
        from people import duties
        from people.queries import problem_sources

        duties.declare()
        problem_sources.declare()
