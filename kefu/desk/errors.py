"""What can be wrong with a change that somebody asks for; the texts are Chinese and can be shown."""


class UnknownTicket(KeyError):
    """There is no ticket of that number."""

    def __str__(self) -> str:
        return f"没有工单 {self.args[0]}"


class TicketError(ValueError):
    """A change that the ticket's life cycle does not allow."""


class StaleTicket(TicketError):
    """Somebody else has changed the ticket since it was read."""

    def __init__(self, ticket_id: str) -> None:
        super().__init__(f"工单 {ticket_id} 刚被别人改过，请刷新后再改")


class Unacceptable(ValueError):
    """Something that can't be taken as it is: too long, empty, of the wrong kind."""
