// announcing: which queues the network is told of.
//
// no unit test: needs the whole engine; tests/it/test_dnssd.py looks from outside.

#include "dre/dre_int.h"

#include "announce/announce.h"
#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fill(const struct dre *dre, const struct queue *queue, struct announce_queue *to)
{
    const struct svc_settings *settings = svc_settings(dre->svc);
    bool is_plain = dre_deliver_way(queue->printer) == DRE_WAY_PLAIN;
    *to = (struct announce_queue){
        .port = (uint16_t)(ENGINE_IPP_PORT + settings->port_offset),
        .color = true,
        .duplex = !is_plain,
        .make = "Quoin Queue",
    };
    (void)snprintf(to->name, sizeof(to->name), "%s", queue->name);
    (void)snprintf(to->host, sizeof(to->host), "%s", svc_host(dre->svc));
    (void)snprintf(to->uuid, sizeof(to->uuid), "%s", queue->uuid_text);
    for (size_t at = 0; at < queue->printer->finishings.count; at++) {
        const char *name = ippd_finishing_name(queue->printer->finishings.values[at]);
        to->staple |= strncmp(name, "staple", 6) == 0;
        to->punch |= strncmp(name, "punch", 5) == 0;
    }
}

void dre_announce_follow(struct dre *dre)
{
    struct announce_queue *list = mem_new((dre->table.queues.count + 1) * sizeof(*list));
    const char *listen = svc_settings(dre->svc)->listen;
    bool only_here = strncmp(listen, "127.", 4) == 0 || strcmp(listen, "::1") == 0;
    size_t count = 0;
    void *value = NULL;
    for (size_t at = 0; map_next(&dre->table.queues, &at, &value);) {
        const struct queue *queue = value;
        if (queue->announce) {
            fill(dre, queue, &list[count++]);
        }
    }
    if (count > 0 && dre->announce == NULL) { // a site that announces nothing has no thread for it
        dre->announce = announce_new(only_here);
    }
    announce_set(dre->announce, list, count);
    free(list);
}
