"""What Alembic runs: the migrations, on the connection and in the transaction that opens the book."""

from alembic import context

from inforce.stores.schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
