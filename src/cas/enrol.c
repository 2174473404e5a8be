// enrol: how a new host gets its certificate, and how certificates are renewed. A token is random,
// is shown once and serves once, for one role on one host. What is kept of it is the key that TLS
// needs.

#include "base/buf.h"
#include "cas/cas_int.h"
#include "svc/token.h"

enum {
    ENROL_HOUR_S = 3600,
    ENROL_DAY_S = 24 * 3600,
};

static const char *const enrol_roles[] = { "dre", "dce",   "dme",   "spe",
                                           "web", "admin", "panel", "agent" };

static bool enrol_is_role(const char *role)
{
    for (size_t i = 0; i < sizeof(enrol_roles) / sizeof(enrol_roles[0]); i++) {
        if (strcmp(role, enrol_roles[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool enrol_has_authority(const struct cas *cas, struct err *err)
{
    return cas->authority != NULL ||
           err_set(
               err, ERR_UNAVAILABLE,
               "this CAS does not hold the site's authority (pki/ca.key); ask the one that does");
}

CAS_CORE(cas_enrol_token)
{
    const Quoin__V1__CreateJoinTokenRequest *asked = (const Quoin__V1__CreateJoinTokenRequest *)ask;
    struct ledger_key key = cas_key(asked->key);
    struct crypto_identity identity;
    struct str before;
    int64_t answer;
    bool found;
    uint32_t valid_s = asked->valid_s == 0 ? ENROL_HOUR_S : asked->valid_s;
    if (!enrol_has_authority(cas, err) ||
        !cas_store_once(cas, &key, turn->arena, &before, &answer, &found, err)) {
        return false;
    }
    if (found) {
        return err_set(err, ERR_CONFLICT,
                       "that token was shown once already; ask for another one with a new key");
    }
    if (!enrol_is_role(asked->role) || valid_s > ENROL_DAY_S) {
        return err_set(
            err, ERR_INVALID,
            "a token is for dre, dce, dme, spe, web, panel, agent or admin, and for at most a day");
    }
    if (!crypto_identity_make(str_of(crypto_authority_site(cas->authority)), str_of(asked->role),
                              str_of(asked->host), &identity, err)) {
        return false;
    }
    struct svc_token token;
    char text[SVC_TOKEN_LEN + 1];
    svc_token_new(&token);
    svc_token_write(&token, text);
    struct cas_join join = { .role = str_of(asked->role),
                             .host = str_of(asked->host),
                             .expires_at = turn->now + (int64_t)valid_s * 1000,
                             .created_by = cas_asker(turn) };
    memcpy(join.identity, token.id, SVC_TOKEN_ID_LEN);
    memcpy(join.key, token.key, SVC_TOKEN_KEY_LEN);
    svc_token_wipe(&token);
    if (!cas_store_token_add(cas, &join, err) ||
        !cas_store_once_add(cas, &key, STR("CreateJoinToken"), 0, turn->now, err)) {
        return false;
    }
    Quoin__V1__JoinToken *made = cas_message(turn->arena, &quoin__v1__join_token__descriptor);
    made->token = cas_text(turn->arena, str_of(text));
    made->expires_at = join.expires_at;
    *reply = &made->base;
    return true;
}

static bool enrol_reply(struct cas *cas, struct cas_turn *turn, struct str certificate,
                        const ProtobufCMessage **reply, struct err *err)
{
    Quoin__V1__Certificate *made = cas_message(turn->arena, &quoin__v1__certificate__descriptor);
    OWN(buf_free) struct buf authority = BUF_CAP(CRYPTO_PEM_MAX);
    if (!crypto_authority_certificate(cas->authority, &authority, err)) {
        return false;
    }
    made->certificate.len = certificate.len;
    made->certificate.data = (uint8_t *)cas_text(turn->arena, certificate);
    made->authority.len = authority.len;
    made->authority.data = (uint8_t *)cas_text(turn->arena, buf_str(&authority));
    made->site = cas_text(turn->arena, str_of(crypto_authority_site(cas->authority)));
    *reply = &made->base;
    return true;
}

static bool enrol_sign(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData request,
                       struct str role, struct str host, struct str *certificate, struct err *err)
{
    OWN(buf_free) struct buf signed_der = BUF_CAP(CRYPTO_PEM_MAX);
    const struct crypto_leaf leaf = { .role = role, .host = host };
    struct str bytes = { (const char *)request.data, request.len };
    if (!crypto_authority_sign(cas->authority, bytes, &leaf, &signed_der, err)) {
        return false;
    }
    *certificate = arena_copy(turn->arena, buf_str(&signed_der));
    return true;
}

// A token serves one request; the same request by the same key is the same joiner who did not hear
// the answer.
CAS_CORE(cas_enrol_join)
{
    const Quoin__V1__JoinRequest *asked = (const Quoin__V1__JoinRequest *)ask;
    struct str key = { (const char *)asked->key.data, asked->key.len };
    struct str request = { (const char *)asked->request.data, asked->request.len };
    struct cas_join join;
    bool found;
    bool ok;
    if (!enrol_has_authority(cas, err) ||
        !cas_store_token(cas, str_of(turn->host), turn->arena, &join, &found, err)) {
        return false;
    }
    if (!found || strcmp(turn->role, "joiner") != 0 || join.expires_at <= turn->now) {
        return err_set(err, ERR_DENIED, "the join token is not known or its time is over");
    }
    if (join.used_key.len > 0) {
        return str_eq(join.used_key, key) && str_eq(join.request, request)
                   ? enrol_reply(cas, turn, join.certificate, reply, err)
                   : err_set(err, ERR_DENIED, "the join token was used; ask for another one");
    }
    if (!enrol_sign(cas, turn, asked->request, join.role, join.host, &join.certificate, err)) {
        return false;
    }
    join.used_key = key;
    join.request = request;
    if (!cas_store_token_use(cas, &join, &ok, err)) {
        return false;
    }
    return ok ? enrol_reply(cas, turn, join.certificate, reply, err)
              : err_set(err, ERR_DENIED, "the join token was used; ask for another one");
}

// The name stays who the asker's certificate says it is; only key and dates are new.
CAS_CORE(cas_enrol_renew)
{
    const Quoin__V1__RenewRequest *asked = (const Quoin__V1__RenewRequest *)ask;
    struct str certificate;
    if (!enrol_has_authority(cas, err) || !enrol_sign(cas, turn, asked->request, str_of(turn->role),
                                                      str_of(turn->host), &certificate, err)) {
        return false;
    }
    return enrol_reply(cas, turn, certificate, reply, err);
}
