// folder: a test's own temporary folder, gone at the end.
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder_path[64];

static inline int folder_drop(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

static inline void folder_end(void)
{
    (void)nftw(folder_path, folder_drop, 8, FTW_DEPTH | FTW_PHYS);
}

static inline const char *folder_make(void)
{
    (void)snprintf(folder_path, sizeof(folder_path), "/tmp/quoin-test-XXXXXX");
    if (mkdtemp(folder_path) == NULL) {
        printf("Bail out! no temporary folder\n");
        exit(EXIT_FAILURE);
    }
    return folder_path;
}
