// ports/package: which package a program came with, by dpkg's own lists. Blocks for some ten
// milliseconds: every list is read.
#pragma once

#include "base/str.h"
#include "ports/ports.h"

// "cups-daemon 2.4.2-3+deb12u8", in text of size bytes; false: no package has that file, or there
// is no dpkg. folder: /var/lib/dpkg.
bool ports_package_find(const char *folder, const char *program, char *text, size_t size);
