// addresses: see addresses.h. following.c asks and keeps the file.

#include "dre/addresses.h"

#include "base/mem.h"
#include <arpa/inet.h>
#include <stdlib.h>

#define ADDRESSES_WINDOW_MS ((int64_t)10 * 60 * 1000)
#define ADDRESSES_NOTED_MS ((int64_t)60 * 1000) // "last used" is noted so often

struct address {
    int64_t id;
    int64_t person;
    int64_t until;   // 0: without end
    int64_t used_at; // as it was noted
    uint32_t load;
    uint8_t hash[CRYPTO_HASH_LEN];
    char *queue; // owned, as below
    char *user;
};

void dre_addresses_init(struct addresses *addresses)
{
    *addresses = (struct addresses){ .load = 1 };
    addresses->places = mem_new(ADDRESSES_PLACES * sizeof(*addresses->places));
}

static void address_free(struct address *address)
{
    if (address != NULL) {
        free(address->queue);
        free(address->user);
        free(address);
    }
}

void dre_addresses_free(struct addresses *addresses)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&addresses->by_hash, &at, &value);) {
        address_free(value);
    }
    map_free(&addresses->by_hash);
    free(addresses->places);
    *addresses = (struct addresses){ .load = 1 };
}

// --- tries --------------------------------------------------------------------------------------

static void network_of(struct str from, uint8_t network[static 16])
{
    char text[64];
    uint8_t bytes[16] = { 0 };
    size_t len = from.len < sizeof(text) ? from.len : sizeof(text) - 1;
    memcpy(text, from.ptr, len);
    text[len] = '\0';
    memset(network, 0, 16);
    if (inet_pton(AF_INET, text, bytes) == 1) {
        network[15] = 4;
        memcpy(network, bytes, 4);
    } else if (inet_pton(AF_INET6, text, bytes) == 1) {
        static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
        bool is_mapped = memcmp(bytes, mapped, sizeof(mapped)) == 0;
        network[15] = is_mapped ? 4 : 6;
        memcpy(network, is_mapped ? bytes + 12 : bytes, is_mapped ? 4 : 8);
    }
}

// NULL: nothing was wrong from there of late.
static struct addresses_place *place_find(struct addresses *addresses, const uint8_t network[16],
                                          int64_t mono)
{
    for (size_t at = 0; at < ADDRESSES_PLACES; at++) {
        struct addresses_place *place = &addresses->places[at];
        if (place->count > 0 && mono - place->began < ADDRESSES_WINDOW_MS &&
            memcmp(place->network, network, sizeof(place->network)) == 0) {
            return place;
        }
    }
    return NULL;
}

static struct addresses_place *place_new(struct addresses *addresses, const uint8_t network[16],
                                         int64_t mono)
{
    struct addresses_place *oldest = &addresses->places[0];
    for (size_t at = 0; at < ADDRESSES_PLACES; at++) {
        struct addresses_place *place = &addresses->places[at];
        oldest = place->count == 0 || place->began < oldest->began ? place : oldest;
        if (oldest->count == 0) {
            break;
        }
    }
    *oldest = (struct addresses_place){ .began = mono };
    memcpy(oldest->network, network, sizeof(oldest->network));
    return oldest;
}

// A program that goes on asking at an address that was revoked guesses nothing.
static void place_wrong(struct addresses_place *place, const uint8_t hash[static CRYPTO_HASH_LEN])
{
    if (place->count > 0 && memcmp(place->last, hash, sizeof(place->last)) == 0) {
        return;
    }
    memcpy(place->last, hash, sizeof(place->last));
    place->count++;
}

// --- whose --------------------------------------------------------------------------------------

static void hash_of(struct str secret, uint8_t hash[static CRYPTO_HASH_LEN])
{
    char folded[ADDRESSES_SECRET_LEN];
    size_t len = secret.len > sizeof(folded) ? 0 : secret.len; // what is too long is nobody's
    for (size_t at = 0; at < len; at++) {
        char byte = secret.ptr[at];
        folded[at] = byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
    }
    crypto_hash_of((struct str){ folded, len }, hash);
    mem_wipe(folded, sizeof(folded));
}

static void note_use(struct addresses *addresses, struct address *address, int64_t wall)
{
    if (wall - address->used_at < ADDRESSES_NOTED_MS || addresses->use_count == ADDRESSES_USES) {
        return;
    }
    address->used_at = wall;
    addresses->uses[addresses->use_count].id = address->id;
    addresses->uses[addresses->use_count].at = wall;
    addresses->use_count++;
}

const char *dre_addresses_find(struct addresses *addresses, const struct ippd_own *own,
                               int64_t wall, int64_t mono)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    uint8_t network[16];
    network_of(own->from, network);
    struct addresses_place *place = place_find(addresses, network, mono);
    if (place != NULL && place->count >= ADDRESSES_TRIES) {
        addresses->refused++;
        return NULL;
    }
    // The place in the table says something of the hash, nothing of the secret.
    hash_of(own->secret, hash);
    struct address *address = map_find(&addresses->by_hash, map_key(hash, sizeof(hash)));
    bool is_right = address != NULL && crypto_is_same(address->hash, hash, sizeof(hash)) &&
                    str_eq(own->queue, str_of(address->queue)) &&
                    (address->until == 0 || address->until > wall);
    if (!is_right) {
        addresses->refused++;
        place_wrong(place != NULL ? place : place_new(addresses, network, mono), hash);
        return NULL;
    }
    note_use(addresses, address, wall);
    return address->user;
}

// --- following ----------------------------------------------------------------------------------

void dre_addresses_ask(struct addresses *addresses, Quoin__V1__FollowAddressesRequest *request,
                       Quoin__V1__AddressUse *uses, Quoin__V1__AddressUse **list)
{
    request->after = addresses->after;
    request->change = addresses->change;
    for (size_t at = 0; at < addresses->use_count; at++) {
        quoin__v1__address_use__init(&uses[at]);
        uses[at].id = addresses->uses[at].id;
        uses[at].at = addresses->uses[at].at;
        list[at] = &uses[at];
    }
    request->used = list;
    request->n_used = addresses->use_count;
    addresses->uses_told = addresses->use_count;
}

void dre_addresses_restart(struct addresses *addresses)
{
    addresses->after = 0;
    addresses->change = 0;
    addresses->load++;
    addresses->is_loading = true;
}

static void drop(struct addresses *addresses, struct address *address)
{
    address_free(map_drop(&addresses->by_hash, map_key(address->hash, sizeof(address->hash))));
    addresses->is_changed = true;
}

// Those of these people, or (people NULL) those that the reading that ended did not name.
static void drop_some(struct addresses *addresses, const struct map *people)
{
    void *value = NULL;
    size_t count = 0;
    struct address **gone = mem_new((addresses->by_hash.count + 1) * sizeof(struct address *));
    for (size_t at = 0; map_next(&addresses->by_hash, &at, &value);) {
        struct address *address = value;
        bool goes =
            people == NULL
                ? address->load != addresses->load
                : map_find(people, map_key(&address->person, sizeof(address->person))) != NULL;
        if (goes) {
            gone[count++] = address;
        }
    }
    for (size_t at = 0; at < count; at++) {
        drop(addresses, gone[at]);
    }
    free(gone);
}

static char *copy(const char *text)
{
    size_t len = strlen(text) + 1;
    return memcpy(mem_new(len), text, len);
}

static void add(struct addresses *addresses, const Quoin__V1__KnownAddress *known)
{
    if (known->hash.len != CRYPTO_HASH_LEN) {
        return;
    }
    struct address *old = map_find(&addresses->by_hash, map_key(known->hash.data, known->hash.len));
    bool is_same = old != NULL && old->id == known->id && old->person == known->person &&
                   old->until == known->until && strcmp(old->user, known->user) == 0 &&
                   strcmp(old->queue, known->queue) == 0;
    if (is_same) {
        old->load = addresses->load;
        return;
    }
    struct address *address = mem_new(sizeof(*address));
    *address = (struct address){ .id = known->id,
                                 .person = known->person,
                                 .until = known->until,
                                 .used_at = old == NULL ? 0 : old->used_at,
                                 .load = addresses->load,
                                 .queue = copy(known->queue),
                                 .user = copy(known->user) };
    memcpy(address->hash, known->hash.data, sizeof(address->hash));
    if (old != NULL) {
        drop(addresses, old);
    }
    map_set(&addresses->by_hash, map_key(address->hash, sizeof(address->hash)), address);
    addresses->is_changed = true;
}

static void forget_told(struct addresses *addresses)
{
    size_t left = addresses->use_count - addresses->uses_told;
    memmove(addresses->uses, addresses->uses + addresses->uses_told,
            left * sizeof(addresses->uses[0]));
    addresses->use_count = left;
    addresses->uses_told = 0;
}

bool dre_addresses_take(struct addresses *addresses, const Quoin__V1__FollowAddressesReply *reply)
{
    struct map people = { .slots = NULL };
    forget_told(addresses);
    if (reply->after < addresses->after || reply->change < addresses->change) {
        dre_addresses_restart(addresses);
        return true;
    }
    for (size_t at = 0; at < reply->n_people; at++) {
        map_set(&people, map_key(&reply->people[at], sizeof(reply->people[at])), addresses);
    }
    if (people.count > 0 && addresses->by_hash.count > 0) {
        drop_some(addresses, &people);
    }
    map_free(&people);
    for (size_t at = 0; at < reply->n_addresses; at++) {
        add(addresses, reply->addresses[at]);
    }
    addresses->after = reply->after;
    addresses->change = reply->change;
    if (!reply->more && addresses->is_loading) {
        drop_some(addresses, NULL);
        addresses->is_loading = false;
    }
    return reply->more;
}

// --- the file -----------------------------------------------------------------------------------

void dre_addresses_write(const struct addresses *addresses, struct buf *file)
{
    Quoin__V1__KnownAddresses all = QUOIN__V1__KNOWN_ADDRESSES__INIT;
    size_t count = addresses->by_hash.count;
    Quoin__V1__KnownAddress *each = mem_new((count + 1) * sizeof(*each));
    all.addresses = mem_new((count + 1) * sizeof(Quoin__V1__KnownAddress *));
    void *value = NULL;
    for (size_t at = 0; map_next(&addresses->by_hash, &at, &value);) {
        struct address *address = value;
        Quoin__V1__KnownAddress *one = &each[all.n_addresses];
        quoin__v1__known_address__init(one);
        one->id = address->id;
        one->person = address->person;
        one->until = address->until;
        one->user = address->user;
        one->queue = address->queue;
        one->hash = (ProtobufCBinaryData){ sizeof(address->hash), address->hash };
        all.addresses[all.n_addresses++] = one;
    }
    size_t len = quoin__v1__known_addresses__get_packed_size(&all);
    uint8_t *bytes = mem_new(len + 1);
    (void)quoin__v1__known_addresses__pack(&all, bytes); // so many, as it said
    buf_add(file, (struct str){ (const char *)bytes, len });
    free(bytes);
    free((void *)all.addresses);
    free(each);
}

bool dre_addresses_read(struct addresses *addresses, struct str file, struct err *err)
{
    Quoin__V1__KnownAddresses *all =
        quoin__v1__known_addresses__unpack(NULL, file.len, (const uint8_t *)file.ptr);
    if (all == NULL) {
        return err_set(err, ERR_INVALID, "the addresses of people that are known are damaged");
    }
    for (size_t at = 0; at < all->n_addresses; at++) {
        add(addresses, all->addresses[at]);
    }
    addresses->is_changed = false;
    quoin__v1__known_addresses__free_unpacked(all, NULL);
    return true;
}
