from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = "党员之间"

    def ready(self) -> None:
        from branches import account_handovers
        from people import duties
        from people.operations import talk_words
        from people.queries import problem_sources, steward_papers

        account_handovers.register(talk_words.tell_talkers)
        duties.declare()
        problem_sources.declare()
        steward_papers.declare()
