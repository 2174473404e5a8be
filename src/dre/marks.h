// marks: which jobs are found by a word: whom they were sent to, a release key. Loop thread.
#pragma once

#include "base/map.h"
#include <stddef.h>
#include <stdint.h>

struct mark {       // one word
    char *word;     // owned
    uint32_t *jobs; // owned; ascending
    size_t count;
    size_t size;
};

struct marks {
    struct map words; // word -> struct mark
    struct map jobs;  // id -> struct mark_list
};

void dre_marks_add(struct marks *marks, struct str word, uint32_t job);        // once or more often
void dre_marks_drop(struct marks *marks, uint32_t job);                        // all its words
const struct mark *dre_marks_find(const struct marks *marks, struct str word); // NULL: none
void dre_marks_free(struct marks *marks);
