// A site signs leafs that name exactly one engine, and nothing else passes for one.
#include "crypto/cert.h"

#include "base/clk.h"
#include "lib/tap.h"
#include <openssl/pem.h>
#include <openssl/x509v3.h>

static struct crypto_pair *ca_pair;
static struct crypto_authority *authority;
static struct crypto_cert *ca;
static struct buf ca_pem = { .cap = CRYPTO_PEM_MAX };
static struct buf ca_key = { .cap = CRYPTO_PEM_MAX };
static struct err err;

static void set_up(void)
{
    CHECK(crypto_pair_new(&ca_pair, &err));
    CHECK(crypto_authority_new(ca_pair, STR("0123456789abcdef"), &ca_pem, &err));
    CHECK(crypto_pair_write(ca_pair, &ca_key, &err));
    CHECK(crypto_authority_read(buf_str(&ca_pem), buf_str(&ca_key), &authority, &err));
    CHECK(crypto_cert_read_pem(buf_str(&ca_pem), &ca, &err));
    CHECK_STR(str_of(crypto_authority_site(authority)), "0123456789abcdef");
}

static const struct {
    const char *uri;
    bool good;
} names[] = {
    { "quoin://0123456789abcdef/cas/host-1.example", true },
    { "quoin://0123456789abcdef/cas/h", true },
    { "quoin://0123456789abcdef/cas/", false },
    { "quoin://0123456789abcdef//h", false },
    { "quoin://0123456789abcdef/cas/h/x", false },
    { "quoin://0123456789abcdef/cas/H", false },
    { "quoin://0123456789abcdef/CAS/h", false },
    { "quoin://0123456789abcdef/cas/h%00", false },
    { "quoin://0123456789abcdef/cas/-h", false },
    { "quoin://0123456789abcde/cas/h", false },
    { "quoin://0123456789abcdef/abcdefghijklmnopq/h", false },
    { "quoin://0123456789abcdef", false },
    { "Quoin://0123456789abcdef/cas/h", false },
    { "https://0123456789abcdef/cas/h", false },
    { "", false },
};

static void test_names(void)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct crypto_identity identity;
        bool good = crypto_identity_read(str_of(names[i].uri), &identity, &err);
        CHECK(good == names[i].good);
        if (good) {
            CHECK(str_eq(str_of(identity.uri), str_of(names[i].uri)));
            CHECK_STR(str_of(identity.role), "cas");
        }
    }
}

static void test_a_leaf_names_its_engine(void)
{
    static const char *const more[] = { "print.example", "192.0.2.7", NULL };
    OWN(crypto_pair_free) struct crypto_pair *pair = NULL;
    OWN(crypto_cert_free) struct crypto_cert *cert = NULL;
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    struct crypto_identity identity;
    uint8_t hash[CRYPTO_HASH_LEN];
    struct crypto_leaf leaf = { .role = STR("dre"), .host = STR("box"), .names = more };
    CHECK(crypto_pair_new(&pair, &err));
    CHECK(crypto_authority_issue(authority, pair, &leaf, &pem, &err));
    CHECK(crypto_cert_read_pem(buf_str(&pem), &cert, &err));
    CHECK(crypto_cert_proves(cert, ca, &identity, &err));
    CHECK_STR(str_of(identity.uri), "quoin://0123456789abcdef/dre/box");
    CHECK_STR(str_of(identity.site), "0123456789abcdef");
    CHECK_STR(str_of(identity.role), "dre");
    CHECK_STR(str_of(identity.host), "box");
    CHECK(crypto_cert_fits(cert, pair));
    CHECK(!crypto_cert_fits(cert, ca_pair));
    int64_t left = crypto_cert_ends_at(cert) - clk_wall_ms();
    CHECK(left > (CRYPTO_LEAF_S - 60) * 1000LL && left <= CRYPTO_LEAF_S * 1000LL);
    crypto_cert_fingerprint(cert, hash);
    X509 *x509 = X509_dup(crypto_cert_x509(cert));
    for (size_t i = 0; i < 2; i++) {
        CHECK(X509_check_host(x509, i == 0 ? "print.example" : "localhost", 0, 0, NULL) == 1);
        CHECK(X509_check_ip_asc(x509, i == 0 ? "192.0.2.7" : "::1", 0) == 1);
    }
    CHECK(X509_check_host(x509, "other.example", 0, 0, NULL) == 0);
    X509_free(x509);
    clk_shift_ms(CRYPTO_LEAF_S * 1000LL + 5000);
    CHECK(!crypto_cert_identity(crypto_cert_x509(cert), &identity, &err));
    CHECK(err.code == ERR_DENIED);
    clk_shift_ms(-3600 * 1000LL);
    CHECK(!crypto_cert_identity(crypto_cert_x509(cert), &identity, &err));
    clk_shift_ms(0);
}

static void test_names_that_would_say_more_are_refused(void)
{
    static const char *const bad[] = { "a,URI:quoin://x/y/z", "a b", "", "*.example", "a;b" };
    OWN(crypto_pair_free) struct crypto_pair *pair = NULL;
    CHECK(crypto_pair_new(&pair, &err));
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
        const char *const list[] = { bad[i], NULL };
        struct crypto_leaf more = { .role = STR("dre"), .host = STR("box"), .names = list };
        CHECK(!crypto_authority_issue(authority, pair, &more, &pem, &err));
        struct crypto_leaf host = { .role = STR("dre"), .host = str_of(bad[i]) };
        CHECK(!crypto_authority_issue(authority, pair, &host, &pem, &err));
    }
}

static void test_a_request_is_signed(void)
{
    OWN(crypto_pair_free) struct crypto_pair *pair = NULL;
    OWN(crypto_cert_free) struct crypto_cert *cert = NULL;
    OWN(buf_free) struct buf request = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf der = BUF_CAP(CRYPTO_PEM_MAX);
    struct crypto_identity identity;
    struct crypto_leaf leaf = { .role = STR("dre"), .host = STR("far.example") };
    CHECK(crypto_pair_new(&pair, &err));
    CHECK(crypto_request_new(pair, &request, &err));
    CHECK(crypto_authority_sign(authority, buf_str(&request), &leaf, &der, &err));
    CHECK(crypto_cert_read_der(buf_str(&der), &cert, &err));
    CHECK(crypto_cert_proves(cert, ca, &identity, &err));
    CHECK_STR(str_of(identity.host), "far.example");
    CHECK(crypto_cert_fits(cert, pair));
    for (size_t at = 0; at < request.len; at += 3) { // any bit that is turned spoils it
        OWN(buf_free) struct buf none = BUF_CAP(CRYPTO_PEM_MAX);
        request.ptr[at] ^= 4;
        CHECK(!crypto_authority_sign(authority, buf_str(&request), &leaf, &none, &err));
        request.ptr[at] ^= 4;
    }
    buf_add(&request, STR("x"));
    CHECK(!crypto_authority_sign(authority, buf_str(&request), &leaf, &der, &err));
    CHECK(!crypto_authority_sign(authority, STR(""), &leaf, &der, &err));
}

static void test_others_prove_nothing(void)
{
    OWN(crypto_pair_free) struct crypto_pair *pair = NULL;
    OWN(crypto_authority_free) struct crypto_authority *other = NULL;
    OWN(crypto_cert_free) struct crypto_cert *cert = NULL;
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf leaf_pem = BUF_CAP(CRYPTO_PEM_MAX);
    struct crypto_identity identity;
    struct crypto_leaf leaf = { .role = STR("cas"), .host = STR("box") };
    CHECK(crypto_pair_new(&pair, &err));
    CHECK(crypto_authority_new(pair, STR("0123456789abcdef"), &pem, &err)); // even of one name
    CHECK(crypto_pair_write(pair, &key, &err));
    CHECK(crypto_authority_read(buf_str(&pem), buf_str(&key), &other, &err));
    CHECK(crypto_authority_issue(other, pair, &leaf, &leaf_pem, &err));
    CHECK(crypto_cert_read_pem(buf_str(&leaf_pem), &cert, &err));
    CHECK(!crypto_cert_proves(cert, ca, &identity, &err));
    CHECK(!crypto_cert_proves(ca, ca, &identity, &err)); // the authority is no engine
    struct crypto_authority *mixed = NULL;
    CHECK(!crypto_authority_read(buf_str(&ca_pem), buf_str(&key), &mixed, &err));
    CHECK(!crypto_authority_read(buf_str(&leaf_pem), buf_str(&key), &mixed, &err));
    CHECK(!crypto_cert_read_pem(STR("rubbish"), &cert, &err));
    CHECK(!crypto_pair_read(STR("rubbish"), &pair, &err));
}

// A certificate of the site's own key with extensions of the test's choice.
static bool odd_leaf_is_somebody(const char *uses, const char *alternative, const char *basic)
{
    OWN(crypto_cert_free) struct crypto_cert *cert = NULL;
    struct crypto_identity identity;
    BIO *bio = BIO_new_mem_buf(ca_key.ptr, (int)ca_key.len);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    X509 *x509 = X509_new();
    const char *const list[] = {
        "extendedKeyUsage", uses, "subjectAltName", alternative, "basicConstraints", basic, NULL
    };
    (void)BIO_free(bio);
    CHECK(X509_set_version(x509, X509_VERSION_3) == 1);
    CHECK(X509_set_pubkey(x509, key) == 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(x509), -60);
    (void)X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    for (size_t i = 0; list[i] != NULL; i += 2) {
        X509_EXTENSION *one =
            list[i + 1][0] == '\0' ? NULL : X509V3_EXT_conf(NULL, NULL, list[i], list[i + 1]);
        if (one != NULL) {
            CHECK(X509_add_ext(x509, one, -1) == 1);
        }
        X509_EXTENSION_free(one);
    }
    CHECK(X509_sign(x509, key, EVP_sha256()) > 0);
    EVP_PKEY_free(key);
    unsigned char *bytes = NULL;
    int len = i2d_X509(x509, &bytes);
    X509_free(x509);
    CHECK(crypto_cert_read_der((struct str){ (char *)bytes, (size_t)len }, &cert, &err));
    OPENSSL_free(bytes);
    return crypto_cert_proves(cert, ca, &identity, &err);
}

static void test_odd_certificates(void)
{
    static const struct {
        const char *uses;
        const char *names;
        const char *basic;
        bool good;
    } odd[] = {
        { "serverAuth,clientAuth", "URI:quoin://0123456789abcdef/cas/h", "CA:FALSE", true },
        { "serverAuth,clientAuth", "URI:quoin://0123456789abcdef/cas/h,DNS:h", "CA:FALSE", true },
        { "serverAuth,clientAuth", "URI:quoin://0123456789abcdef/cas/h", "CA:TRUE", false },
        { "serverAuth", "URI:quoin://0123456789abcdef/cas/h", "CA:FALSE", false },
        { "clientAuth", "URI:quoin://0123456789abcdef/cas/h", "CA:FALSE", false },
        { "", "URI:quoin://0123456789abcdef/cas/h", "CA:FALSE", false },
        { "serverAuth,clientAuth", "DNS:h", "CA:FALSE", false },
        { "serverAuth,clientAuth", "", "CA:FALSE", false },
        { "serverAuth,clientAuth",
          "URI:quoin://0123456789abcdef/cas/h,URI:quoin://0123456789abcdef/dre/h", "CA:FALSE",
          false },
        { "serverAuth,clientAuth", "URI:quoin://0123456789abcdef/cas/h,URI:http://x/", "CA:FALSE",
          false },
        { "serverAuth,clientAuth", "URI:quoin://fedcba9876543210/cas/h", "CA:FALSE", false },
        { "serverAuth,clientAuth", "URI:quoin://0123456789abcdef/cas", "CA:FALSE", false },
    };
    for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
        CHECK(odd_leaf_is_somebody(odd[i].uses, odd[i].names, odd[i].basic) == odd[i].good);
    }
}

static void test_signatures(void)
{
    uint8_t signature[CRYPTO_SIGNATURE_MAX];
    size_t len = 0;
    CHECK(crypto_pair_sign(ca_pair, STR("bytes"), signature, &len, &err));
    struct str run = { (const char *)signature, len };
    CHECK(len <= CRYPTO_SIGNATURE_MAX);
    CHECK(crypto_cert_signed(ca, STR("bytes"), run));
    CHECK(!crypto_cert_signed(ca, STR("bytez"), run));
    CHECK(!crypto_cert_signed(ca, STR("bytes"), (struct str){ run.ptr, run.len - 1 }));
    CHECK(!crypto_cert_signed(ca, STR("bytes"), STR("")));
}

static void test_a_new_site_has_a_name_of_its_own(void)
{
    char one[CRYPTO_SITE_LEN + 1];
    char two[CRYPTO_SITE_LEN + 1];
    struct crypto_identity identity;
    crypto_site_new(one);
    crypto_site_new(two);
    CHECK(strcmp(one, two) != 0);
    CHECK(crypto_identity_make(str_of(one), STR("cas"), STR("h"), &identity, &err));
}

int main(void)
{
    set_up();
    test_names();
    test_a_leaf_names_its_engine();
    test_names_that_would_say_more_are_refused();
    test_a_request_is_signed();
    test_others_prove_nothing();
    test_odd_certificates();
    test_signatures();
    test_a_new_site_has_a_name_of_its_own();
    crypto_cert_free(&ca);
    crypto_authority_free(&authority);
    crypto_pair_free(&ca_pair);
    buf_free(&ca_pem);
    buf_free(&ca_key);
    return tap_done();
}
