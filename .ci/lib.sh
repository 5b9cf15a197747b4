# Shared by the scripts beside this file. Sourced, never run.

say() { printf '%s\n' "$*"; }
complain() { printf '%s\n' "$*" >&2; }

# How this machine may install Debian packages: nothing (root), "sudo -n" (sudo without a password), or not at all.
may_install() {
  command -v apt-get >/dev/null || return 1
  if [[ $(id -u) == 0 ]]; then as_root=(); return 0; fi
  if sudo -n true 2>/dev/null; then as_root=(sudo -n); return 0; fi
  return 1
}

apt_command() { printf 'sudo apt-get install --no-install-recommends %s' "$*"; }

# install PACKAGE…: installs what it may and says what goes on; fails when it may not or can not.
install() {
  may_install || return 1
  say "Installerar från Debian: $* …"
  local log
  log=$(mktemp)
  if "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive bash -c \
    'apt-get update -qq; apt-get install -y -qq --no-install-recommends "$@"' install "$@" \
    >"$log" 2>&1 </dev/null; then
    rm -f "$log"
    return 0
  fi
  complain "Det gick inte. apt-get svarade:"
  grep -E '^(E|W|Err):' "$log" | tail -n 3 >&2 || tail -n 3 "$log" >&2
  rm -f "$log"
  return 1
}

# The shell without windows is the same engine, and takes two thirds of the time.
find_chromium() {
  local name
  for name in "${CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
    [[ -n $name ]] && command -v "$name" && return 0
  done
  return 1
}

find_postgres() {
  local folder
  for folder in /usr/lib/postgresql/*/bin; do
    [[ -x $folder/initdb && -x $folder/postgres ]] && return 0
  done
  command -v initdb >/dev/null && command -v postgres >/dev/null
}
