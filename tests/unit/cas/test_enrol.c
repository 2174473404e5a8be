// A token serves once, for its role and host, in its time; a renewal keeps the name.
#include "unit/cas/fixture.h"

#include "crypto/cert.h"
#include "svc/pki.h"
#include "svc/token.h"

static const Quoin__V1__JoinToken *token(uint8_t key, const char *for_role, const char *for_host,
                                         uint32_t valid_s)
{
    Quoin__V1__CreateJoinTokenRequest request = QUOIN__V1__CREATE_JOIN_TOKEN_REQUEST__INIT;
    request.key = key_of(key);
    request.role = text_of(for_role);
    request.host = text_of(for_host);
    request.valid_s = valid_s;
    role = "admin";
    host = "here";
    return ask(&request.base);
}

static ProtobufCBinaryData request_bytes(struct crypto_pair *pair)
{
    OWN(buf_free) struct buf der = BUF_CAP(CRYPTO_PEM_MAX);
    CHECK(crypto_request_new(pair, &der, &err));
    uint8_t *kept = arena_new(&arena, der.len);
    memcpy(kept, der.ptr, der.len);
    return (ProtobufCBinaryData){ der.len, kept };
}

static const Quoin__V1__Certificate *join(uint8_t key, const char *identity,
                                          ProtobufCBinaryData request)
{
    Quoin__V1__JoinRequest asked = QUOIN__V1__JOIN_REQUEST__INIT;
    asked.key = key_of(key);
    asked.request = request;
    role = "joiner";
    host = identity;
    return ask(&asked.base);
}

static bool names(const Quoin__V1__Certificate *certificate, const char *want_role,
                  const char *want_host)
{
    struct crypto_identity who;
    struct crypto_cert *cert = NULL;
    struct crypto_cert *authority = NULL;
    struct str leaf = { (const char *)certificate->certificate.data, certificate->certificate.len };
    struct str root = { (const char *)certificate->authority.data, certificate->authority.len };
    bool ok = crypto_cert_read_der(leaf, &cert, &err) &&
              crypto_cert_read_der(root, &authority, &err) &&
              crypto_cert_proves(cert, authority, &who, &err) && strcmp(who.role, want_role) == 0 &&
              strcmp(who.host, want_host) == 0;
    crypto_cert_free(&cert);
    crypto_cert_free(&authority);
    return ok;
}

static void test_a_token_serves_once(struct crypto_pair *pair)
{
    const Quoin__V1__JoinToken *made = token(1, "dre", "branch", 60);
    struct svc_token parts;
    struct cas_token known[4];
    size_t count = 0;
    CHECK(made != NULL && made->expires_at == now + 60000);
    CHECK(svc_token_read(str_of(made->token), &parts, &err));
    CHECK(cas_tokens(cas, now, known, 4, &count, &err) && count == 1);
    CHECK(strcmp(known[0].identity, parts.id) == 0 && memcmp(known[0].key, parts.key, 32) == 0);
    ProtobufCBinaryData request = request_bytes(pair);
    const Quoin__V1__Certificate *certificate = join(2, parts.id, request);
    CHECK(certificate != NULL && names(certificate, "dre", "branch"));
    const Quoin__V1__Certificate *again = join(2, parts.id, request); // the answer was lost
    CHECK(again != NULL && again->certificate.len == certificate->certificate.len);
    CHECK(memcmp(again->certificate.data, certificate->certificate.data, again->certificate.len) ==
          0);
    CHECK(join(3, parts.id, request) == NULL && err.code == ERR_DENIED);
    CHECK(join(2, parts.id, request_bytes(pair)) == NULL && err.code == ERR_DENIED);
}

static void test_what_a_token_may_not(struct crypto_pair *pair)
{
    struct svc_token parts;
    CHECK(token(1, "dre", "branch", 60) == NULL && err.code == ERR_CONFLICT); // shown once
    CHECK(token(10, "cas", "branch", 60) == NULL && err.code == ERR_INVALID);
    CHECK(token(11, "dre", "bad/host", 60) == NULL && err.code == ERR_INVALID);
    CHECK(token(12, "dre", "branch", 24 * 3600 + 1) == NULL && err.code == ERR_INVALID);
    const Quoin__V1__JoinToken *made = token(13, "dce", "desk", 0);
    CHECK(made != NULL && svc_token_read(str_of(made->token), &parts, &err));
    ProtobufCBinaryData request = request_bytes(pair);
    now += 3600 * 1000;
    CHECK(join(14, parts.id, request) == NULL && err.code == ERR_DENIED); // too late
    now -= 3600 * 1000;
    CHECK(join(14, "0000000000000000", request) == NULL && err.code == ERR_DENIED);
    CHECK(join(14, parts.id, key_of(1)) == NULL); // no request at all
    CHECK(join(14, parts.id, request) != NULL);   // and the token was not spent on that
}

static void test_a_renewal_keeps_the_name(struct crypto_pair *pair)
{
    Quoin__V1__RenewRequest asked = QUOIN__V1__RENEW_REQUEST__INIT;
    asked.key = key_of(20);
    asked.request = request_bytes(pair);
    role = "dre";
    host = "branch";
    const Quoin__V1__Certificate *certificate = ask(&asked.base);
    CHECK(certificate != NULL && names(certificate, "dre", "branch"));
}

int main(void)
{
    char certificate[200];
    char key[200];
    OWN(crypto_pair_free) struct crypto_pair *pair = NULL;
    fixture_begin();
    CHECK(svc_pki_make(folder_path, &err));
    (void)snprintf(certificate, sizeof(certificate), "%s/pki/ca.crt", folder_path);
    (void)snprintf(key, sizeof(key), "%s/pki/ca.key", folder_path);
    CHECK(fixture_open() && token(9, "dre", "branch", 60) == NULL && err.code == ERR_UNAVAILABLE);
    cas_close(&cas);
    CHECK(fixture_open_with(certificate, key));
    CHECK(crypto_pair_new(&pair, &err));
    test_a_token_serves_once(pair);
    test_what_a_token_may_not(pair);
    test_a_renewal_keeps_the_name(pair);
    return fixture_end();
}
