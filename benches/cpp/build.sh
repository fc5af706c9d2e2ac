#!/bin/bash
# Compiles a program for each C++ library that the environment tells of, for `cargo bench --bench cpp -- DIRECTORY`:
#
#     CPPAD="-I.." STAN="-I.. -ltbb" ADOLC="-I.. -ladolc" SACADO="-I.." benches/cpp/build.sh DIRECTORY [FLAGS]
#
# Each variable holds what the compiler needs to find the library; an unset one leaves the library out. The tape of statements
# needs nothing. FLAGS are -O2 if none are given.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
directory=${1:?"usage: build.sh DIRECTORY [FLAGS]"}
shift
flags=("${@:--O2}")
mkdir -p "$directory"

compile() { # name, what the compiler needs
    # shellcheck disable=SC2086 # the needs are several words
    "${CXX:-g++}" -std=c++17 -DNDEBUG "${flags[@]}" -DLIBRARY="\"$1.hpp\"" -I"$here" "$here/main.cpp" $2 -o "$directory/$1"
}

compile statement ""
if [ -n "${CPPAD-}" ]; then compile cppad "$CPPAD"; fi
if [ -n "${STAN-}" ]; then compile stan "-D_REENTRANT $STAN"; fi
if [ -n "${ADOLC-}" ]; then compile adolc "$ADOLC"; fi
if [ -n "${SACADO-}" ]; then compile sacado "$SACADO"; fi
