// queues: which queues there are, asked of all document routing engines at once. Loop thread.
#pragma once

#include "proto/dre.pb-c.h"
#include "web/web_int.h"

struct web_queues { // in the visit's arena
    size_t count;
    struct web_queues_of {
        struct net_address at; // of the engine's door for documents
        const char *host;
        const Quoin__V1__ListQueuesReply *reply; // NULL: it did not answer in time
    } engines[WEB_DRES_ALL];
};

// then(visit, queues) once all have answered, or two seconds are over. Not when the asker is gone.
void web_queues_ask(struct web_visit *visit,
                    void (*then)(struct web_visit *visit, const struct web_queues *queues));
