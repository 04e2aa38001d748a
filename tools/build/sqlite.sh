#!/usr/bin/env bash
# Builds the SQLite library that a release carries, from its pinned source:
#
#   tools/build/sqlite.sh source   # download it and check it
#   tools/build/sqlite.sh build    # compile it; needs gcc and no network
#
# Where the library is there, every task takes it instead of another. On Linux
# it needs the glibc that it was built on, so a release builds it on an old one.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/build/sqlite.pin
folder=tools/.build/sqlite

source_() {
  mkdir -p "$folder"
  curl --fail --location --silent --show-error --retry 3 --proto =https \
    --output "$folder/source.zip" "$url"
  # shellcheck disable=SC2154
  echo "$sha256  $folder/source.zip" | shasum -a 256 -c -
  unzip -q -o -j -d "$folder" "$folder/source.zip" '*/sqlite3.c' '*/sqlite3.h'
}

build() {
  grep -q "define SQLITE_VERSION  *\"$version\"" "$folder/sqlite3.h" || {
    echo "\"$folder\" is not SQLite $version; run: $0 source" >&2
    exit 1
  }
  case $(uname -s) in
    Darwin) library=libsqlite3.dylib kind=-dynamiclib
      export MACOSX_DEPLOYMENT_TARGET=11.0 ;;
    *) library=libsqlite3.so kind=-shared ;;
  esac
  # What views and triggers of people may use is in it.
  gcc -O2 -fPIC $kind -o "$folder/fresh" "$folder/sqlite3.c" \
    -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_DBSTAT_VTAB \
    -DSQLITE_ENABLE_FTS3_PARENTHESIS -DSQLITE_ENABLE_FTS4 \
    -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_GEOPOLY \
    -DSQLITE_ENABLE_MATH_FUNCTIONS -DSQLITE_ENABLE_RTREE \
    -lm -lpthread -ldl
  mv "$folder/fresh" "$folder/$library"
  echo "$folder/$library is SQLite $version"
}

case ${1-} in
  source) source_ ;;
  build) build ;;
  *) echo "usage: $0 source|build" >&2; exit 2 ;;
esac
