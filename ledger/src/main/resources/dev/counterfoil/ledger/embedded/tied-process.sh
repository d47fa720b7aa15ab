# Runs a server that ends when this shell's standard input ends, which it does when the JVM at its other end dies,
# however it dies. Arguments: pid file, stop signal, seconds from that signal to SIGKILL, output file, command...
# Prints the server's process id, and exits with the server's code.
pid_file=$1 signal=$2 grace=$3 output=$4
shift 4
umask 077
exec 3<&0 </dev/null
"$@" >"$output" 2>&1 3<&- &
server=$!
echo "$server" >"$pid_file"
echo "$server"
exec >&- 2>/dev/null
(
  while read -r _; do :; done
  kill -s "$signal" "$server"
  # A paused server acts on the signal only once it runs again.
  kill -s CONT "$server"
  tenths=$((grace * 10))
  while [ "$tenths" -gt 0 ] && kill -s 0 "$server"; do
    sleep 0.1
    tenths=$((tenths - 1))
  done
  kill -s KILL "$server"
) <&3 3<&- &
guard=$!
exec 3<&-
wait "$server"
code=$?
kill "$guard"
exit "$code"
