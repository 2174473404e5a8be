// web/api: rows of the route table that are one call to an engine. A row's map, words apart by
// spaces, says what the descriptors alone do not:
//
//   FIELD=SOURCE    a field of the request; people.name: of the first of its people. SOURCE:
//   {param}
//                   of the path, ?param of the query, 'word', or @me, @address, @station, @session
//                   (the person's at DCE), @held (the station's), @keys (the names in the body),
//                   @admin (an administrator asks),
//                   @subject ("user:" and the person), @secret (16 bytes that follow from the key)
//   -body=FIELD     the body is this field, not the request
//   -items=FIELD    the reply is a list of these: { "items": …, "next": … }
//   -next=FIELD,…   of the last item, or .FIELD of the reply: the cursor
//   -after=FIELD,…  where the request takes it (after)
//   -pick=FIELD     the one item whose field is the path's parameter of that name
//   -own=FIELD      the reply's field must be the person, else it does not exist
//   -put=FIELD      the reply's only row; refused, it is the problem
//   -parts          the reply is a stream, answered as one
//   -each           the reply is a stream of items, answered as one list
//   -done           a reply that says done: false is a problem with its troubles
//   -thing          the body is the thing that the path names
//
// Parameters of the path and, with GET and DELETE, of the query are fields of the same names.
#pragma once

#include "base/str.h"
#include "web/route.h"
#include <protobuf-c/protobuf-c.h>

// The value of an option of a map ("items"); empty and NULL: absent.
struct str web_map_option(const char *map, const char *name);
// Each FIELD=SOURCE in turn.
bool web_map_next(const char **map, struct str *field, struct str *source);
// Whether the map or the path says this field of the request, or of what the body is.
bool web_map_says(const struct web_route *route, struct str field);
