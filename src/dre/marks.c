// marks: see marks.h.

#include "dre/marks.h"

#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

struct mark_list { // the words of one job
    uint32_t job;
    struct mark **marks; // owned array of borrowed
    size_t count;
    size_t size;
};

// Where the job stands in the mark, or would.
static size_t place_of(const struct mark *mark, uint32_t job)
{
    size_t low = 0;
    size_t high = mark->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (mark->jobs[middle] < job) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct mark *mark_get(struct marks *marks, struct str word)
{
    struct mark *mark = map_find(&marks->words, word);
    if (mark == NULL) {
        mark = mem_new(sizeof(*mark));
        mark->word = mem_new(word.len + 1);
        memcpy(mark->word, word.ptr, word.len);
        map_set(&marks->words, word, mark);
    }
    return mark;
}

static struct mark_list *list_get(struct marks *marks, uint32_t job)
{
    struct mark_list *list = map_find(&marks->jobs, map_key(&job, sizeof(job)));
    if (list == NULL) {
        list = mem_new(sizeof(*list));
        list->job = job;
        map_set(&marks->jobs, map_key(&job, sizeof(job)), list);
    }
    return list;
}

void dre_marks_add(struct marks *marks, struct str word, uint32_t job)
{
    struct mark *mark = mark_get(marks, word);
    size_t place = place_of(mark, job);
    if (place < mark->count && mark->jobs[place] == job) {
        return;
    }
    if (mark->count == mark->size) {
        mark->size = mark->size == 0 ? 4 : mark->size * 2;
        mark->jobs = mem_grow(mark->jobs, mark->size * sizeof(*mark->jobs));
    }
    memmove(mark->jobs + place + 1, mark->jobs + place,
            (mark->count - place) * sizeof(*mark->jobs));
    mark->jobs[place] = job;
    mark->count++;
    struct mark_list *list = list_get(marks, job);
    if (list->count == list->size) {
        list->size = list->size == 0 ? 2 : list->size * 2;
        list->marks = mem_grow(list->marks, list->size * sizeof(*list->marks));
    }
    list->marks[list->count++] = mark;
}

static void mark_free(struct mark *mark)
{
    free(mark->word);
    free(mark->jobs);
    free(mark);
}

static void list_free(struct mark_list *list)
{
    free(list->marks);
    free(list);
}

void dre_marks_drop(struct marks *marks, uint32_t job)
{
    struct mark_list *list = map_drop(&marks->jobs, map_key(&job, sizeof(job)));
    for (size_t at = 0; list != NULL && at < list->count; at++) {
        struct mark *mark = list->marks[at];
        size_t place = place_of(mark, job);
        mark->count--;
        memmove(mark->jobs + place, mark->jobs + place + 1,
                (mark->count - place) * sizeof(*mark->jobs));
        if (mark->count == 0) {
            (void)map_drop(&marks->words, str_of(mark->word)); // we hold it
            mark_free(mark);
        }
    }
    if (list != NULL) {
        list_free(list);
    }
}

const struct mark *dre_marks_find(const struct marks *marks, struct str word)
{
    return map_find(&marks->words, word);
}

void dre_marks_free(struct marks *marks)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&marks->words, &at, &value);) {
        mark_free(value);
    }
    for (size_t at = 0; map_next(&marks->jobs, &at, &value);) {
        list_free(value);
    }
    map_free(&marks->words);
    map_free(&marks->jobs);
}
