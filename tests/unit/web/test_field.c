// Every number of 64 bits in every message that a call carries is in the
// table: money never becomes a number by being forgotten.
#include "web/field.h"

#include "base/map.h"
#include "lib/tap.h"
#include "wire/calls.h"
#include <stdio.h>

static void look(struct map *seen, const ProtobufCMessageDescriptor *message)
{
    if (map_find(seen, map_key(&message, sizeof(message))) != NULL) {
        return;
    }
    map_set(seen, map_key(&message, sizeof(message)), seen);
    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        if (!web_field_is_known(message, field)) {
            char what[160];
            (void)snprintf(what, sizeof(what), "%s.%s is in field.tbl.h", message->name,
                           field->name);
            tap_result(false, what, __FILE__, __LINE__);
        }
        if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
            look(seen, field->descriptor);
        }
    }
}

static enum web_sort sort_of(const char *message, const char *name)
{
    for (size_t i = 0; i < wire_kind_count; i++) {
        const ProtobufCMessageDescriptor *both[] = { wire_kinds[i].request, wire_kinds[i].reply };
        for (size_t j = 0; j < 2; j++) {
            if (strcmp(both[j]->short_name, message) == 0) {
                return web_field_sort(
                    both[j], protobuf_c_message_descriptor_get_field_by_name(both[j], name));
            }
        }
    }
    return WEB_SORT_PLAIN;
}

int main(void)
{
    struct map seen = { .slots = NULL };
    for (size_t i = 0; i < wire_kind_count; i++) {
        if (strncmp(wire_kinds[i].path, "/quoin.", 7) == 0) {
            look(&seen, wire_kinds[i].request);
            look(&seen, wire_kinds[i].reply);
        }
    }
    CHECK(seen.count > 150);
    map_free(&seen);
    CHECK(sort_of("Session", "id") == WEB_SORT_HIDDEN);
    CHECK(sort_of("SignInRequest", "key") == WEB_SORT_HIDDEN);
    CHECK(sort_of("Person", "id") == WEB_SORT_PLAIN);
    CHECK(sort_of("Person", "balance") == WEB_SORT_MONEY);
    CHECK(sort_of("Person", "created_at") == WEB_SORT_TIME);
    CHECK(sort_of("Reservation", "id") == WEB_SORT_BYTES);
    CHECK(sort_of("PastWork", "key") == WEB_SORT_BYTES);
    CHECK(sort_of("QuotaUse", "most") == WEB_SORT_PLAIN); // not a message of a call itself
    CHECK(web_field_thing("price", "x") != NULL && web_field_thing("site", "time") != NULL);
    CHECK(web_field_thing("site", "x") == NULL && web_field_thing("xyz", "x") == NULL);
    return tap_done();
}
