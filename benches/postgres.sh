# `load/run` and `stores/run` source this file. It starts a PostgreSQL for them, over sockets in a folder. Needs Debian's package
# postgresql.

bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[[ -x $bin/initdb ]] || { echo 'PostgreSQL is missing: apt-get install postgresql' >&2; exit 1; }
# PostgreSQL refuses to run as root.
as=()
[[ $(id -u) != 0 ]] || as=(setpriv --reuid=postgres --regid=postgres --clear-groups)

# start_postgres FOLDER: durable, as Debian sets it up. Every commit is flushed before it is answered.
start_postgres() {
    mkdir "$1"
    [[ $(id -u) != 0 ]] || chown postgres "$1"
    "${as[@]}" "$bin/initdb" --auth=trust --encoding=UTF8 --no-locale -U owner -D "$1/data" >/dev/null
    "${as[@]}" "$bin/pg_ctl" start -s -w -D "$1/data" -l "$1/log" -o "-k $1 -c listen_addresses=''" >/dev/null
}

# stop_postgres FOLDER
stop_postgres() {
    "${as[@]}" "$bin/pg_ctl" stop -s -m immediate -D "$1/data" || true
}
