from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "scoring"
    verbose_name = "考评"

    def ready(self) -> None:
        from scoring import duties, ledgers
        from scoring.queries import follow_ups

        duties.declare()
        ledgers.declare()
        follow_ups.declare()
