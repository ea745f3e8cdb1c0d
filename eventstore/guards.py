"""What keeps the ledger from being changed, as the migrations left it, and what departs from that.

Roles, grants, triggers and functions can be altered by whoever owns the database, and no migration notices.
What should be there is read from the migrations themselves, so that there is no second list to keep.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from eventstore.migrate import migrations
from eventstore.pool import APP_ROLE, OWNER_ROLE

_STATEMENT: Final = re.compile(
    rf"""^(?:
        (?P<verb>GRANT|REVOKE)\ (?P<privileges>[A-Z, ]+)\ ON
            \ (?P<kind>SCHEMA|FUNCTION|TABLE)?\ ?(?P<name>[\w.]+)\ (?:TO|FROM)\ {APP_ROLE};
      | DROP\ TABLE\ (?P<dropped>[\w., ]+);
      | ALTER\ TABLE\ (?P<table>[\w.]+)\ ENABLE\ ALWAYS\ TRIGGER\ (?P<trigger>\w+);
      | CREATE\ (?:OR\ REPLACE\ )?FUNCTION\ (?P<function>[\w.]+)\(.*?\nAS\ \$\$(?P<body>.*?)\$\$;
    )""",
    re.MULTILINE | re.VERBOSE | re.DOTALL,
)

_OBJECTS: Final = """
WITH objects AS (
    SELECT 'TABLE ledger.' || relname AS object, relowner AS owner,
           coalesce(relacl, acldefault('r', relowner)) AS acl
    FROM pg_class
    WHERE relnamespace = to_regnamespace('ledger') AND relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION ALL
    SELECT 'TABLE ledger.' || relname, relowner, attacl
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = to_regnamespace('ledger') AND attacl IS NOT NULL
    UNION ALL
    SELECT 'FUNCTION ledger.' || proname, proowner, coalesce(proacl, acldefault('f', proowner))
    FROM pg_proc WHERE pronamespace = to_regnamespace('ledger')
    UNION ALL
    SELECT 'SCHEMA ledger', nspowner, coalesce(nspacl, acldefault('n', nspowner))
    FROM pg_namespace WHERE nspname = 'ledger'
)
"""
_GRANTS: Final = f"""{_OBJECTS}
SELECT object,
       CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee,
       privilege_type AS privilege, bool_or(is_grantable) AS grantable
FROM objects, aclexplode(acl) WHERE grantee <> owner GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_OWNERS: Final = f"{_OBJECTS} SELECT DISTINCT object, owner::regrole::text FROM objects ORDER BY 1"

_TRIGGERS: Final = """
SELECT 'ledger.' || relname AS table_name, tgname AS name, tgenabled::text AS enabled
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = to_regnamespace('ledger') AND NOT tgisinternal
"""
_FUNCTIONS: Final = """
SELECT 'ledger.' || proname AS name, prosrc AS body, prosecdef AS definer, proconfig AS settings
FROM pg_proc WHERE pronamespace = to_regnamespace('ledger')
"""
_ROLES: Final = """
SELECT quote_ident(session_user) AS login,
       app.rolsuper OR app.rolcreaterole OR app.rolbypassrls OR app.rolreplication AS mighty,
       pg_has_role(app.oid, owner.oid, 'MEMBER')
           OR pg_has_role(app.oid, 'pg_write_all_data', 'MEMBER') AS owns,
       pg_has_role(session_user, app.oid, 'SET') AS acts,
       pg_has_role(session_user, owner.oid, 'SET') AS commands
FROM pg_roles AS app, pg_roles AS owner WHERE app.rolname = $1 AND owner.rolname = $2
"""
_WITH_THE_OWNERS_RIGHTS: Final = frozenset({"ledger.append", "ledger.erase"})
_READERS_MAY: Final = frozenset({"SELECT", "USAGE"})


@dataclass(frozen=True, slots=True)
class Departure:
    """Something that is not as the migrations left it.

    `mend` is the SQL that puts it right, to be run by the owner or a superuser; None if there is none.
    `tolerable` departures harm nothing that the ledger promises.
    """

    told: str
    mend: str | None = None
    tolerable: bool = False


@dataclass(slots=True)
class Promised:
    """What the migrations promise, once all are applied.

    `grants`: what the application's role may do, by object such as `TABLE ledger.head`. `triggers`: table and
    name of those that fire always. `functions`: the text of each.
    """

    grants: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    triggers: set[tuple[str, str]] = field(default_factory=set)
    functions: dict[str, str] = field(default_factory=dict)


def promised() -> Promised:
    """Read from the migrations what they promise."""
    found = Promised()
    for migration in migrations():
        for said in _STATEMENT.finditer(migration.sql):
            if said["verb"]:
                privileges = set(said["privileges"].split(", "))
                grants = found.grants[f"{said['kind'] or 'TABLE'} {said['name']}"]
                grants.update(privileges) if said["verb"] == "GRANT" else grants.difference_update(privileges)
            elif said["dropped"]:
                for table in said["dropped"].split(", "):
                    found.grants.pop(f"TABLE {table}", None)
            elif said["trigger"]:
                found.triggers.add((said["table"], said["trigger"]))
            else:
                found.functions[said["function"]] = said["body"]
    return found


async def role_departures(connection: asyncpg.Connection) -> list[Departure]:
    """Compare both roles, and the login of this connection, with what they are meant to be."""
    found = await connection.fetchrow(_ROLES, APP_ROLE, OWNER_ROLE)
    if found is None:
        return [Departure(f"the roles {OWNER_ROLE} and {APP_ROLE} do not both exist")]
    departures = []
    if found["mighty"]:
        departures.append(
            Departure(
                f"{APP_ROLE} may do more than a role without attributes",
                f"ALTER ROLE {APP_ROLE} NOSUPERUSER NOCREATEROLE NOBYPASSRLS NOREPLICATION;",
            )
        )
    elif found["owns"]:
        departures.append(
            Departure(
                f"{APP_ROLE} is a member of a role that may change the ledger",
                f"REVOKE {OWNER_ROLE}, pg_write_all_data FROM {APP_ROLE};",
            )
        )
    login = found["login"]
    if not found["acts"]:
        departures.append(
            Departure(f"the login {login} may not act as {APP_ROLE}", f"GRANT {APP_ROLE} TO {login};")
        )
    elif found["commands"]:
        told = f"the login {login} may act as {OWNER_ROLE} too, and so switch the guards off"
        departures.append(Departure(told, tolerable=True))
    return departures


async def grant_departures(connection: asyncpg.Connection) -> list[Departure]:
    """Compare who owns what, and who may do what, with what the migrations say.

    That another role may read is tolerable: somebody may want reports.
    """
    owners = dict(map(tuple, await connection.fetch(_OWNERS)))
    departures = [
        Departure(f"{_name(one)} belongs to {owner}", f"ALTER {one} OWNER TO {OWNER_ROLE};")
        for one, owner in owners.items()
        if owner != OWNER_ROLE
    ]
    held: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    grantable: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one, grantee, privilege, may_grant in await connection.fetch(_GRANTS):
        held[one, grantee].add(privilege)
        if may_grant:
            grantable[one, grantee].add(privilege)
    expected = promised().grants
    for (one, grantee), privileges in held.items():
        due = expected[one] if grantee == APP_ROLE else set()
        if too_much := privileges - due:
            departures.append(
                Departure(
                    f"{grantee} may {_listed(too_much)} on {_name(one)}",
                    f"REVOKE {_listed(too_much)} ON {one} FROM {grantee};",
                    tolerable=too_much <= _READERS_MAY and grantee not in (APP_ROLE, "PUBLIC"),
                )
            )
        if passes_on := grantable[one, grantee] & due:
            departures.append(
                Departure(
                    f"{grantee} may let others {_listed(passes_on)} on {_name(one)}",
                    f"REVOKE GRANT OPTION FOR {_listed(passes_on)} ON {one} FROM {grantee};",
                )
            )
    for one, privileges in expected.items():
        if one not in owners:
            departures.append(Departure(f"{_name(one)} is missing"))
        elif too_little := privileges - held[one, APP_ROLE]:
            departures.append(
                Departure(
                    f"{APP_ROLE} may not {_listed(too_little)} on {_name(one)}",
                    f"GRANT {_listed(too_little)} ON {one} TO {APP_ROLE};",
                )
            )
    return departures


async def trigger_departures(connection: asyncpg.Connection) -> list[Departure]:
    """Compare the triggers that refuse every change with what the migrations say."""
    enabled = {(row["table_name"], row["name"]): row["enabled"] for row in await connection.fetch(_TRIGGERS)}
    return [
        Departure(
            f"trigger {name} on {table} does not fire always",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};",
        )
        if (table, name) in enabled
        else Departure(f"trigger {name} on {table} is missing")
        for table, name in sorted(promised().triggers)
        if enabled.get((table, name)) != "A"
    ]


async def function_departures(connection: asyncpg.Connection) -> list[Departure]:
    """Compare the functions with the text of the migrations, and how those that write are run."""
    found = {row["name"]: row for row in await connection.fetch(_FUNCTIONS)}
    departures = []
    for name, body in sorted(promised().functions.items()):
        if name not in found:
            departures.append(Departure(f"function {name} is missing"))
        elif found[name]["body"] != body:
            departures.append(Departure(f"function {name} is not what the migrations made"))
    for name in _WITH_THE_OWNERS_RIGHTS & found.keys():
        one = found[name]
        if not (one["definer"] and "search_path=pg_catalog, pg_temp" in (one["settings"] or ())):
            departures.append(
                Departure(
                    f"function {name} does not run with its owner's rights and a search path of its own",
                    f"ALTER FUNCTION {name} SECURITY DEFINER SET search_path = pg_catalog, pg_temp;",
                )
            )
    return departures


def _name(one: str) -> str:
    return one.split(" ", 1)[1]


def _listed(privileges: Iterable[str]) -> str:
    return ", ".join(sorted(privileges))
