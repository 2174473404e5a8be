// sent: see sent.h.

#include "dre/sent.h"

#include "base/cc.h"
#include "base/mem.h"
#include "crypto/hash.h"
#include <stdlib.h>
#include <string.h>

static void add_run(struct crypto_hash *hash, struct str run)
{
    const uint64_t len = run.len; // so that no two lists of runs are the same bytes
    crypto_hash_add(hash, (struct str){ (const char *)&len, sizeof(len) });
    crypto_hash_add(hash, run);
}

void dre_sent_key(struct str program, struct str queue, struct str sent_as, uint8_t uuid[static 16])
{
    uint8_t out[CRYPTO_HASH_LEN];
    OWN(crypto_hash_free) struct crypto_hash *hash = crypto_hash_new();
    add_run(hash, STR("quoin sent job 1"));
    add_run(hash, program);
    add_run(hash, queue);
    add_run(hash, sent_as);
    crypto_hash_end(hash, out);
    memcpy(uuid, out, 16);
    uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x80); // RFC 9562: version 8, made by a rule of ours
    uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
}

bool dre_sent_is_key(const uint8_t uuid[static 16])
{
    return uuid[6] >> 4 == 8;
}

static struct str key_of(const uint8_t *uuid)
{
    return map_key(uuid, 16);
}

void dre_sent_add(struct sent *sent, const uint8_t uuid[static 16], uint32_t job)
{
    if (!dre_sent_is_key(uuid)) {
        return;
    }
    if (sent->all == NULL) {
        sent->all = mem_new(SENT_MAX * sizeof(*sent->all));
    }
    dre_sent_drop(sent, uuid); // of a job that came later by the same name
    struct sent_one *one = &sent->all[sent->next];
    if (one->job != 0) {
        (void)map_drop(&sent->by_uuid, key_of(one->uuid)); // the oldest
    }
    memcpy(one->uuid, uuid, sizeof(one->uuid));
    one->job = job;
    map_set(&sent->by_uuid, key_of(uuid), one);
    sent->next = (sent->next + 1) % SENT_MAX;
}

uint32_t dre_sent_find(const struct sent *sent, const uint8_t uuid[static 16])
{
    const struct sent_one *one = map_find(&sent->by_uuid, key_of(uuid));
    return one == NULL ? 0 : one->job;
}

void dre_sent_drop(struct sent *sent, const uint8_t uuid[static 16])
{
    struct sent_one *one = map_drop(&sent->by_uuid, key_of(uuid));
    if (one != NULL) {
        one->job = 0;
    }
}

void dre_sent_free(struct sent *sent)
{
    map_free(&sent->by_uuid);
    free(sent->all);
    *sent = (struct sent){ 0 };
}
