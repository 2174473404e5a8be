#include "wire/calls.h"

#include "lib/tap.h"

static const struct {
    const char *path;
    unsigned roles;
} known[] = {
    // the cells that must never change by accident
    { "/quoin.v1.Charging/Reserve", ROLE_DRE },
    { "/quoin.v1.Charging/Settle", ROLE_DRE },
    { "/quoin.v1.Charging/VoidReservation", ROLE_DRE },
    { "/quoin.v1.Enrolment/Join", ROLE_JOINER },
    { "/quoin.v1.Enrolment/CreateJoinToken", ROLE_ADMIN },
    { "/quoin.v1.Enrolment/Renew", ROLE_ENGINE },
    { "/quoin.v1.People/Deposit", ROLE_ADMIN | ROLE_WEB },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const struct wire_kind *kind = wire_kind_find(str_of(known[i].path));
        printf("# %s\n", known[i].path);
        CHECK(kind != NULL && kind->roles == known[i].roles);
    }
    for (size_t i = 0; i < wire_kind_count; i++) {
        const struct wire_kind *kind = &wire_kinds[i];
        printf("# %s\n", kind->path);
        CHECK(wire_kind_find(str_of(kind->path)) == kind); // no path stands twice
        CHECK(kind->roles != 0);
        CHECK((kind->flags & CALL_OWN) != 0 || kind->deadline_ms > 0);
        bool joins = strcmp(kind->path, "/quoin.v1.Enrolment/Join") == 0;
        CHECK(((kind->roles & ROLE_JOINER) != 0) == joins);
        const ProtobufCFieldDescriptor *first =
            protobuf_c_message_descriptor_get_field(kind->request, 1);
        bool has_key = first != NULL && strcmp(first->name, "key") == 0;
        CHECK(((kind->flags & CALL_KEYED) != 0) == has_key); // a key in the message is asked for
        CHECK(!has_key || first->type == PROTOBUF_C_TYPE_BYTES);
    }
    CHECK(wire_kind_find(STR("/quoin.v1.People/addperson")) == NULL);
    CHECK(wire_kind_find(STR("")) == NULL);
    return tap_done();
}
