// addresses: people's own addresses of queues, "/ipp/print/QUEUE/u-SECRET": whose each is. The
// accounting server makes and ends them; this engine asks it every second what is new, so that who
// prints is known at once, and while the accounting server is away. What is known is kept in a
// file, DIR/dre/addresses: the hashes of secrets, never those. Loop thread.
//
// Wrong secrets are counted for each address that they come from; who is wrong too often is heard
// no more for a while, whether right or wrong.
#pragma once

#include "base/map.h"
#include "crypto/hash.h"
#include "ippd/ippd.h"
#include "proto/credential.pb-c.h"

enum {
    ADDRESSES_SECRET_LEN = 32,
    ADDRESSES_TRIES = 100,  // wrong ones of one address in ten minutes
    ADDRESSES_PLACES = 512, // that are counted; the oldest gives way
    ADDRESSES_USES = 256,   // that wait to be told
};

struct addresses_place {
    uint8_t network[16]; // of IPv6 the first 64 bits
    uint8_t last[8];     // what was wrong last: again it is not another try
    int64_t began;       // monotonic
    uint32_t count;      // 0: nobody's place
};

struct addresses {
    struct map by_hash; // hash -> struct address, owned
    int64_t after;
    int64_t change;
    uint32_t load; // which reading of all of them is under way
    bool is_loading;
    bool is_changed; // the file is older
    struct addresses_place *places;
    struct {
        int64_t id;
        int64_t at;
    } uses[ADDRESSES_USES];
    size_t use_count;
    size_t uses_told; // of them, in the question under way
    int64_t refused;  // wrong ones, and those not heard
};

void dre_addresses_init(struct addresses *addresses);
void dre_addresses_free(struct addresses *addresses);

// Whose it is, borrowed until anything is taken in; NULL: nobody's. now: wall and monotonic time.
const char *dre_addresses_find(struct addresses *addresses, const struct ippd_own *own,
                               int64_t wall, int64_t mono);

// The next question. used: room for ADDRESSES_USES and as many pointers to them.
void dre_addresses_ask(struct addresses *addresses, Quoin__V1__FollowAddressesRequest *request,
                       Quoin__V1__AddressUse *uses, Quoin__V1__AddressUse **list);
// All is asked for anew: the accounting server may be another.
void dre_addresses_restart(struct addresses *addresses);
// Its answer. True: ask at once again.
bool dre_addresses_take(struct addresses *addresses, const Quoin__V1__FollowAddressesReply *reply);

void dre_addresses_write(const struct addresses *addresses, struct buf *file);
bool dre_addresses_read(struct addresses *addresses, struct str file, struct err *err) CC_MUST_USE;
