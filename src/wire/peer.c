// wire/peer: see peer.h. identity = "quoin://" site "/" role "/" host | "psk:" token-identity. The
// first form is crypto's to read.

#include "wire/peer.h"

#include "crypto/cert.h"

static const struct {
    unsigned role;
    const char *name;
} wire_roles[] = {
    { ROLE_CAS, "cas" },     { ROLE_DRE, "dre" },     { ROLE_DCE, "dce" },
    { ROLE_DME, "dme" },     { ROLE_SPE, "spe" },     { ROLE_WEB, "web" },
    { ROLE_ADMIN, "admin" }, { ROLE_PANEL, "panel" }, { ROLE_AGENT, "agent" },
};

unsigned wire_role_find(struct str name)
{
    for (size_t i = 0; i < sizeof(wire_roles) / sizeof(wire_roles[0]); i++) {
        if (str_eq(name, str_of(wire_roles[i].name))) {
            return wire_roles[i].role;
        }
    }
    return 0;
}

const char *wire_role_name(unsigned role)
{
    for (size_t i = 0; i < sizeof(wire_roles) / sizeof(wire_roles[0]); i++) {
        if (wire_roles[i].role == role) {
            return wire_roles[i].name;
        }
    }
    return role == ROLE_JOINER ? "joiner" : "none";
}

// What a join token is called: letters, digits, '-' and '.'.
static bool peer_is_word(struct str word)
{
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '-' && c != '.') {
            return false;
        }
    }
    return word.len > 0;
}

static bool peer_starts(struct str text, struct str with)
{
    return text.len >= with.len && memcmp(text.ptr, with.ptr, with.len) == 0;
}

static void peer_copy(char *out, struct str run)
{
    memcpy(out, run.ptr, run.len);
    out[run.len] = '\0';
}

static bool peer_read_token(struct str name, struct wire_peer *peer, struct err *err)
{
    if (name.len > WIRE_HOST_MAX || !peer_is_word(name)) {
        return err_set(err, ERR_DENIED, "the join token's identity is malformed");
    }
    *peer = (struct wire_peer){ .role = ROLE_JOINER, .role_name = "joiner" };
    peer_copy(peer->host, name);
    return true;
}

bool wire_peer_read(struct str identity, struct wire_peer *peer, struct err *err)
{
    struct str token = STR("psk:");
    if (peer_starts(identity, token)) {
        struct str name = { identity.ptr + token.len, identity.len - token.len };
        return peer_read_token(name, peer, err);
    }
    struct crypto_identity read;
    if (!crypto_identity_read(identity, &read, err)) {
        err->code = ERR_DENIED;
        return false;
    }
    unsigned bit = wire_role_find(str_of(read.role));
    if (bit == 0) {
        return err_set(err, ERR_DENIED, "no engine has the role \"%s\"", read.role);
    }
    *peer = (struct wire_peer){ .role = bit, .role_name = wire_role_name(bit) };
    peer_copy(peer->site, str_of(read.site));
    peer_copy(peer->host, str_of(read.host));
    return true;
}
