"""What the pages work with: one set of services over the desk's database."""

from dataclasses import dataclass

from fastapi import Request

from kefu.database import Database
from kefu.desk.attachments import Attachments
from kefu.desk.canned import CannedReplies
from kefu.desk.customer_pictures import CustomerPictures
from kefu.desk.feedback import FeedbackService
from kefu.desk.handoffs import HandoffService
from kefu.desk.live import Changes
from kefu.desk.notices import NoticeService
from kefu.desk.outbox.store import Outbox
from kefu.desk.people.sessions import Sessions
from kefu.desk.people.sign_in import SignIn
from kefu.desk.people.users import Users
from kefu.desk.search import TicketSearch
from kefu.desk.statistics import Statistics
from kefu.desk.talks import Talks
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import TicketService
from kefu.desk.work import TicketWork
from kefu.settings import Settings


@dataclass(frozen=True)
class Services:
    """Everything behind the pages."""

    database: Database
    settings: Settings
    users: Users
    sessions: Sessions
    sign_in: SignIn
    tickets: TicketService
    search: TicketSearch
    work: TicketWork
    messages: TicketMessages
    attachments: Attachments
    customer_pictures: CustomerPictures
    outbox: Outbox
    handoffs: HandoffService
    talks: Talks
    notices: NoticeService
    feedback: FeedbackService
    statistics: Statistics
    canned: CannedReplies
    changes: Changes

    @classmethod
    def over(cls, database: Database, settings: Settings) -> "Services":
        """Services over a database."""
        return cls(
            database=database,
            settings=settings,
            users=Users(database),
            sessions=Sessions(database),
            sign_in=SignIn(database),
            tickets=TicketService(database),
            search=TicketSearch(database),
            work=TicketWork(database),
            messages=TicketMessages(database),
            attachments=Attachments(database),
            customer_pictures=CustomerPictures(database),
            outbox=Outbox(database),
            handoffs=HandoffService(database),
            talks=Talks(database, settings.handoff_wait, settings.handoff_silence),
            notices=NoticeService(database),
            feedback=FeedbackService(database),
            statistics=Statistics(database),
            canned=CannedReplies(settings.data_dir / "canned_replies.yml"),
            changes=Changes(database),
        )


def services(request: Request) -> Services:
    """The services of the application that a request came to."""
    found: Services = request.app.state.services
    return found
