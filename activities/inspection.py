"""The activities by which an inspection's workflow reaches the command handler."""

from collections.abc import Awaitable

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.commands import CommandHandler, Context
from domain.errors import InspectionsError, UnavailableError
from domain.messages import Answer, HandleQuestion, Question, TickQuestion, UnreadableQuestion


def context_of(question: Question) -> Context:
    """Say at what time and for which run a question is asked."""
    info = activity.info()
    return Context(
        now=question.now,
        rehearsal=question.rehearsal,
        workflow_id=info.workflow_id,
        run_id=info.workflow_run_id,
    )


async def in_temporals_terms(answer: Awaitable[Answer]) -> Answer:
    """Await an answer, and say of an error whether trying again can help.

    It helps when something cannot be reached. Whatever else goes wrong would go wrong again, and must not
    keep other commands waiting: the caller is told, and the process looks again later.
    """
    try:
        return await answer
    except (UnavailableError, OSError) as error:
        raise ApplicationError(str(error), type=UnavailableError.code) from error
    except InspectionsError as error:
        raise ApplicationError(str(error), type=error.code, non_retryable=True) from error
    except Exception as error:
        raise ApplicationError(
            f"{type(error).__name__}: {error}", type=InspectionsError.code, non_retryable=True
        ) from error


class InspectionActivities:
    """What a workflow asks of the ledger, one activity a kind of question."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    @activity.defn(name="handle_command")
    async def handle_command(self, question: HandleQuestion) -> Answer:
        """Judge a request and record what it brings."""
        return await in_temporals_terms(self._handler.handle(question.request, context_of(question)))

    @activity.defn(name="tick")
    async def tick(self, question: TickQuestion) -> Answer:
        """Record what time has brought, and say where the inspection stands."""
        return await in_temporals_terms(self._handler.tick(question.inspection, context_of(question)))

    @activity.defn(name="note_unreadable_signal")
    async def note_unreadable_signal(self, question: UnreadableQuestion) -> Answer:
        """Keep note of a signal that could not be read."""
        return await in_temporals_terms(
            self._handler.note_unreadable(
                question.inspection, question.sha256, question.size, question.problem, context_of(question)
            )
        )
