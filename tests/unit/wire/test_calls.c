#include "wire/calls.h"

#include "base/buf.h"
#include "base/fs.h"
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
    { "/quoin.v1.Enrolment/Renew", ROLE_ENGINE | ROLE_WEB | ROLE_PANEL | ROLE_AGENT },
    { "/quoin.v1.People/Deposit", ROLE_ADMIN | ROLE_WEB },
};

// docs/protocol.md says the same as the table.
static void test_the_page_is_fresh(void)
{
    static const unsigned order[] = { ROLE_CAS, ROLE_DRE,   ROLE_DCE,   ROLE_DME,   ROLE_SPE,
                                      ROLE_WEB, ROLE_ADMIN, ROLE_PANEL, ROLE_AGENT, ROLE_JOINER };
    const char *source = getenv("QUOIN_SOURCE");
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/docs/protocol.md", source == NULL ? "." : source);
    OWN(buf_free) struct buf page = BUF_CAP(1 << 20);
    struct err err = { 0 };
    CHECK(fs_read(path, &page, &err));
    for (size_t i = 0; i < wire_kind_count && buf_str(&page).len > 0; i++) {
        const struct wire_kind *kind = &wire_kinds[i];
        OWN(buf_free) struct buf row = BUF_CAP(4096);
        buf_addf(&row, "\n| `%s` |", kind->path + 1);
        for (size_t r = 0; r < sizeof(order) / sizeof(order[0]); r++) {
            if ((kind->roles & order[r]) != 0) {
                buf_addf(&row, " %s", wire_role_name(order[r]));
            }
        }
        if (kind->deadline_ms == 0) {
            buf_addf(&row, " | none");
        } else {
            buf_addf(&row, " | %u", kind->deadline_ms);
        }
        buf_addf(&row, " | %s%s |\n", (kind->flags & CALL_KEYED) != 0 ? "yes" : "no",
                 (kind->flags & CALL_SEEN) != 0 ? ", seen" : "");
        printf("# %s\n", kind->path);
        CHECK(strstr(page.ptr, row.ptr) != NULL);
    }
}

int main(void)
{
    test_the_page_is_fresh();
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
