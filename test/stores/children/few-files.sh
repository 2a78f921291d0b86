# Runs a program that may have few files open.
ulimit -n 64
exec "$@"
