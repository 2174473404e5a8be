// http/path: the path of a request target, decoded once and only if every server would read it the
// same way: no empty or dot segments, no ';', '\', encoded '/', controls, broken UTF-8.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/str.h"

// raw begins with '/'. *path lies in the arena. False: refused (or the arena's cap).
bool http_path_read(struct str raw, struct arena *arena, struct str *path) CC_MUST_USE;

// Whether a query is made of what a URI may hold: visible ASCII, '%' only with two hex digits.
bool http_path_query_ok(struct str query);
