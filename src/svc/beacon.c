// beacon: see beacon.h.
//
// What costs comes last: form, time and repetition are looked at before any signature, and no more
// than so many signatures are checked in a second. A certificate that was proven once is known by
// its hash, so that a peer costs one check a datagram.

#include "svc/beacon.h"

#include "base/clk.h"
#include "base/mem.h"
#include "svc/presence.h"
#include <stdlib.h>

enum {
    BEACON_SKEW_MS = 60000, // how far a datagram's time may be from ours
    BEACON_TOLD_MAX = 16,
};

struct beacon_entry {
    struct svc_beacon_peer peer;
    struct crypto_cert *cert; // owned; NULL: the entry is free
    uint8_t hash[CRYPTO_HASH_LEN];
    uint64_t sequence;
};

struct svc_beacon {
    struct net_udp *udp;     // owned
    struct net_timer *timer; // owned
    struct crypto_pair *pair;
    struct crypto_cert *authority;
    struct buf certificate; // ours, DER
    uint16_t serves;
    uint64_t sequence;
    int64_t second; // in which the checks were made
    unsigned checks;
    struct svc_beacon_counts counts;
    struct net_address told[BEACON_TOLD_MAX];
    size_t told_count;
    struct beacon_entry entries[SVC_BEACON_PEERS_MAX];
};

// --- saying -------------------------------------------------------------------------------------

// At most `most` bytes, or it is not said.
static bool beacon_send(struct svc_beacon *beacon, enum svc_presence_kind kind,
                        const struct net_address *to, size_t most)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(PRESENCE_BYTES_MAX);
    OWN(buf_free) struct buf words = BUF_CAP(PRESENCE_BYTES_MAX + 64);
    uint8_t signature[CRYPTO_SIGNATURE_MAX];
    size_t len = 0;
    struct err ignored; // no presence is said then: the others will see that
    uint64_t now = (uint64_t)clk_wall_ms();
    beacon->sequence = now > beacon->sequence ? now : beacon->sequence + 1;
    struct svc_presence presence = { .kind = kind,
                                     .port = beacon->serves,
                                     .time_ms = (int64_t)now,
                                     .sequence = beacon->sequence,
                                     .certificate = buf_str(&beacon->certificate) };
    svc_presence_write(&presence, &bytes);
    svc_presence_add_signed(buf_str(&bytes), &words);
    if (!buf_ok(&bytes) ||
        !crypto_pair_sign(beacon->pair, buf_str(&words), signature, &len, &ignored)) {
        return false;
    }
    svc_presence_seal(&bytes, (struct str){ (const char *)signature, len }, kind == PRESENCE_PROBE);
    if (!buf_ok(&bytes) || bytes.len > most) {
        return false;
    }
    net_udp_send(beacon->udp, to, buf_str(&bytes));
    return true;
}

static void beacon_on_timer(void *arg)
{
    struct svc_beacon *beacon = arg;
    for (size_t i = 0; i < beacon->told_count; i++) {
        (void)beacon_send(beacon, PRESENCE_HERE, &beacon->told[i], PRESENCE_BYTES_MAX);
    }
}

void svc_beacon_tell(struct svc_beacon *beacon, const struct net_address *to)
{
    if (beacon->told_count < BEACON_TOLD_MAX) {
        beacon->told[beacon->told_count++] = *to;
        (void)beacon_send(beacon, PRESENCE_HERE, to, PRESENCE_BYTES_MAX);
    }
}

void svc_beacon_probe(struct svc_beacon *beacon, const struct net_address *to)
{
    (void)beacon_send(beacon, PRESENCE_PROBE, to, PRESENCE_BYTES_MAX);
}

// --- hearing ------------------------------------------------------------------------------------

static struct beacon_entry *beacon_find(struct svc_beacon *beacon, const char *uri)
{
    for (size_t i = 0; i < SVC_BEACON_PEERS_MAX; i++) {
        struct beacon_entry *entry = &beacon->entries[i];
        if (entry->cert != NULL && strcmp(entry->peer.who.uri, uri) == 0) {
            return entry;
        }
    }
    return NULL;
}

// A free one, or the one that was silent longest.
static struct beacon_entry *beacon_make_room(struct svc_beacon *beacon)
{
    struct beacon_entry *oldest = &beacon->entries[0];
    for (size_t i = 0; i < SVC_BEACON_PEERS_MAX && oldest->cert != NULL; i++) {
        struct beacon_entry *entry = &beacon->entries[i];
        if (entry->cert == NULL || entry->peer.seen_ms < oldest->peer.seen_ms) {
            oldest = entry;
        }
    }
    crypto_cert_free(&oldest->cert);
    *oldest = (struct beacon_entry){ .cert = NULL };
    return oldest;
}

static bool beacon_may_check(struct svc_beacon *beacon)
{
    int64_t second = clk_mono_ms() / 1000;
    if (second != beacon->second) {
        beacon->second = second;
        beacon->checks = 0;
    }
    return beacon->checks++ < SVC_BEACON_CHECKS_A_SECOND;
}

static struct beacon_entry *beacon_find_hash(struct svc_beacon *beacon, const uint8_t *hash)
{
    for (size_t i = 0; i < SVC_BEACON_PEERS_MAX; i++) {
        struct beacon_entry *entry = &beacon->entries[i];
        if (entry->cert != NULL && memcmp(entry->hash, hash, CRYPTO_HASH_LEN) == 0) {
            return entry;
        }
    }
    return NULL;
}

static bool beacon_is_signed(const struct crypto_cert *cert, const struct svc_presence *presence)
{
    OWN(buf_free) struct buf words = BUF_CAP(PRESENCE_BYTES_MAX + 64);
    svc_presence_add_signed(presence->covered, &words);
    return crypto_cert_signed(cert, buf_str(&words), presence->signature);
}

// The entry of whoever signed it, made where it is new. NULL: nobody of this site.
static struct beacon_entry *beacon_prove(struct svc_beacon *beacon,
                                         const struct svc_presence *presence)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    struct crypto_identity who;
    struct err ignored; // strangers are counted, not answered
    crypto_hash_of(presence->certificate, hash);
    struct beacon_entry *known = beacon_find_hash(beacon, hash);
    if (known != NULL) { // its days may be over by now
        return crypto_cert_identity(crypto_cert_x509(known->cert), &who, &ignored) &&
                       beacon_is_signed(known->cert, presence)
                   ? known
                   : NULL;
    }
    OWN(crypto_cert_free) struct crypto_cert *cert = NULL;
    if (!crypto_cert_read_der(presence->certificate, &cert, &ignored) ||
        !crypto_cert_proves(cert, beacon->authority, &who, &ignored) ||
        !beacon_is_signed(cert, presence)) {
        return NULL;
    }
    struct beacon_entry *entry = beacon_find(beacon, who.uri);
    if (entry == NULL) {
        entry = beacon_make_room(beacon);
        entry->peer.who = who;
    }
    crypto_cert_free(&entry->cert); // it has a renewed one
    entry->cert = cert;
    cert = NULL;
    memcpy(entry->hash, hash, sizeof(hash));
    return entry;
}

static void beacon_on_read(void *arg, struct net_udp *udp, const struct net_address *from,
                           struct str bytes)
{
    struct svc_beacon *beacon = arg;
    struct svc_presence presence;
    struct err ignored; // counted
    (void)udp;
    if (!svc_presence_read(bytes, &presence, &ignored)) {
        beacon->counts.foreign++;
        return;
    }
    int64_t off = presence.time_ms - clk_wall_ms();
    if (off > BEACON_SKEW_MS || off < -BEACON_SKEW_MS) {
        beacon->counts.stale++;
        return;
    }
    if (!beacon_may_check(beacon)) {
        beacon->counts.dropped++;
        return;
    }
    struct beacon_entry *entry = beacon_prove(beacon, &presence);
    if (entry == NULL) {
        beacon->counts.foreign++;
        return;
    }
    if (presence.sequence <= entry->sequence) {
        beacon->counts.stale++; // somebody repeats what was said
        return;
    }
    beacon->counts.heard++;
    entry->sequence = presence.sequence;
    entry->peer.at = *from;
    entry->peer.serves = presence.port;
    entry->peer.seen_ms = clk_mono_ms();
    if (presence.kind == PRESENCE_PROBE && beacon_send(beacon, PRESENCE_ANSWER, from, bytes.len)) {
        beacon->counts.answered++;
    }
}

// --- life ---------------------------------------------------------------------------------------

static bool beacon_read_files(struct svc_beacon *beacon, const struct svc_beacon_settings *settings,
                              struct err *err)
{
    OWN(crypto_cert_free) struct crypto_cert *cert = NULL;
    beacon->certificate = BUF_CAP(PRESENCE_CERTIFICATE_MAX);
    return crypto_cert_read_pem(settings->certificate, &cert, err) &&
           crypto_cert_write_der(cert, &beacon->certificate, err) &&
           crypto_pair_read(settings->key, &beacon->pair, err) &&
           crypto_cert_read_pem(settings->authority, &beacon->authority, err);
}

bool svc_beacon_new(struct net_loop *loop, const struct svc_beacon_settings *settings,
                    struct svc_beacon **beacon, struct err *err)
{
    OWN(svc_beacon_free) struct svc_beacon *made = mem_new(sizeof(*made));
    made->serves = settings->serves;
    if (!beacon_read_files(made, settings, err) ||
        !net_udp_new(loop, settings->host, settings->port, beacon_on_read, made, &made->udp, err)) {
        return false;
    }
    if (settings->every_ms > 0) {
        made->timer = net_timer_new(loop, beacon_on_timer, made);
        net_timer_every(made->timer, settings->every_ms);
    }
    *beacon = made;
    made = NULL;
    return true;
}

uint16_t svc_beacon_port(const struct svc_beacon *beacon)
{
    return net_udp_port(beacon->udp);
}

size_t svc_beacon_peers(const struct svc_beacon *beacon, struct svc_beacon_peer *peers, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < SVC_BEACON_PEERS_MAX && count < max; i++) {
        if (beacon->entries[i].cert != NULL) {
            peers[count++] = beacon->entries[i].peer;
        }
    }
    return count;
}

struct svc_beacon_counts svc_beacon_counts(const struct svc_beacon *beacon)
{
    return beacon->counts;
}

void svc_beacon_free(struct svc_beacon **at)
{
    struct svc_beacon *beacon = *at;
    if (beacon == NULL) {
        return;
    }
    *at = NULL;
    net_timer_free(&beacon->timer);
    net_udp_close(&beacon->udp);
    crypto_pair_free(&beacon->pair);
    crypto_cert_free(&beacon->authority);
    for (size_t i = 0; i < SVC_BEACON_PEERS_MAX; i++) {
        crypto_cert_free(&beacon->entries[i].cert);
    }
    buf_free(&beacon->certificate);
    free(beacon);
}
