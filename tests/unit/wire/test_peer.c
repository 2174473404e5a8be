#include "wire/peer.h"

#include "lib/tap.h"

static const struct {
    const char *identity;
    unsigned role; // 0: refused
} rows[] = {
    { "quoin://0123456789abcdef/cas/host-1", ROLE_CAS },
    { "quoin://0123456789abcdef/dre/a.example.org", ROLE_DRE },
    { "quoin://0123456789abcdef/dce/h", ROLE_DCE },
    { "quoin://0123456789abcdef/dme/h", ROLE_DME },
    { "quoin://0123456789abcdef/spe/h", ROLE_SPE },
    { "quoin://0123456789abcdef/web/h", ROLE_WEB },
    { "quoin://0123456789abcdef/admin/h", ROLE_ADMIN },
    { "quoin://0123456789abcdef/agent/h", ROLE_AGENT },
    { "psk:token-1", ROLE_JOINER },
    { "", 0 },
    { "psk:", 0 },
    { "psk:a/b", 0 },
    { "quoin://0123456789abcdef/joiner/h", 0 },
    { "quoin://0123456789abcdef/root/h", 0 },
    { "quoin://0123456789abcdef/CAS/h", 0 },
    { "QUOIN://0123456789abcdef/cas/h", 0 },
    { "quoin://0123456789abcde/cas/h", 0 },
    { "quoin://0123456789abcdefa/cas/h", 0 },
    { "quoin:///cas/h", 0 },
    { "quoin://0123456789abcdef//h", 0 },
    { "quoin://0123456789abcdef/cas/", 0 },
    { "quoin://0123456789abcdef/cas", 0 },
    { "quoin://0123456789abcdef/cas/h/x", 0 },
    { "quoin://0123456789abcdef/cas/h?x", 0 },
    { "quoin://0123456789abcdef/cas/h ", 0 },
    { "quoin://0123456789abcdef/cas/%68", 0 },
    { "quoin://u@0123456789abcdef/cas/h", 0 },
    { "quoin://0123456789abcdef:1/cas/h", 0 },
    { "https://0123456789abcdef/cas/h", 0 },
    { "spiffe://x/cas/h", 0 },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wire_peer peer = { 0 };
        struct err err = { 0 };
        bool good = wire_peer_read(str_of(rows[i].identity), &peer, &err);
        printf("# \"%s\"\n", rows[i].identity);
        CHECK(good == (rows[i].role != 0));
        CHECK(good ? peer.role == rows[i].role && peer.host[0] != '\0' : err.code == ERR_DENIED);
        CHECK(!good || strcmp(wire_role_name(peer.role), peer.role_name) == 0);
    }
    struct str nul = { "quoin://0123456789abcdef/cas/h\0x", 32 };
    struct wire_peer peer;
    struct err err;
    CHECK(!wire_peer_read(nul, &peer, &err));
    CHECK(wire_role_find(STR("dre")) == ROLE_DRE && wire_role_find(STR("joiner")) == 0);
    return tap_done();
}
