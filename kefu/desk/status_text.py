"""What a customer is told when the status of a ticket changes."""

from dataclasses import dataclass, field

from kefu.desk.models import Ticket
from kefu.topics import title


@dataclass(frozen=True)
class StatusText:
    """A message to the customer; buttons are Rasa's (`title`, `payload`)."""

    text: str
    buttons: list[dict[str, str]] = field(default_factory=list)


_TEXTS = {
    "waiting_customer": "您登记的{matter}（单号 {id}）还差一点信息，请看客服刚才的留言，直接在这里回复就行。",
    "resolved": "您登记的{matter}（单号 {id}）已经处理完了。如果还有问题，七天内直接在这里说，我们接着处理。",
    "closed": "您登记的{matter}（单号 {id}）已经关闭。还有需要的话，随时在这里找我们。",
    "reopened": "您登记的{matter}（单号 {id}）已经重新打开，客服会继续处理，有结果就在这里告诉您。",
}


def status_text(ticket: Ticket, status: str) -> StatusText:
    """The text for a status that the customer is told about.

    Raises:
        KeyError: customers are not told about this status.
    """
    return StatusText(_TEXTS[status].format(matter=f"“{title(ticket.intent)}”问题", id=ticket.id))
