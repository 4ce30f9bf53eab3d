"""Tells the channel that an action has failed, so that the customer hears more than the half of a turn.

Upstream: `rasa.core.processor.MessageProcessor._run_action` logs the error of an action and goes on as if the action
had said nothing. Where a turn has said something before (我来登记，几个问题就好, and then the form cannot ask), nobody
could tell it from a turn that is complete.
Channels that want to know have a method `action_failed`. The tracker store makes this patch, whatever KEFU_PATCHES
says: it is not a matter of speed.
"""

from collections.abc import Iterable
from typing import Any

from rasa.core.actions.action import ActionExecutionRejection
from rasa.core.processor import MessageProcessor

from kefu.dialogue.patches.replacement import Replacement

_stock = MessageProcessor._run_action


async def _run_action(
    self: MessageProcessor, action: Any, tracker: Any, output_channel: Any, nlg: Any, prediction: Any
) -> bool:
    run = action.run

    async def noting(*args: Any, **kwargs: Any) -> Any:
        try:
            return await run(*args, **kwargs)
        except ActionExecutionRejection:  # a form's way to say that the message was not for it
            raise
        except Exception:
            if hasattr(output_channel, "action_failed"):
                output_channel.action_failed(action.name())
            raise

    action.run = noting  # Rasa makes an action anew for every prediction
    goes_on: bool = await _stock(self, action, tracker, output_channel, nlg, prediction)
    return goes_on


def replacements() -> Iterable[Replacement]:
    """What this patch replaces."""
    yield Replacement(MessageProcessor, "_run_action", _run_action)


def install() -> None:
    """Make the patch; again does nothing more."""
    for replacement in replacements():
        replacement.make()
