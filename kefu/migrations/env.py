"""What Alembic runs; the connection comes from kefu.migrate, which also commits."""

from alembic import context

import kefu.channels.models
import kefu.channels.wechat.models
import kefu.conversations.models
import kefu.desk.models
import kefu.desk.outbox.models
import kefu.desk.people.models  # noqa: F401  # tables register on import
from kefu.database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=False,
    render_as_batch=True,
)
context.run_migrations()
