"""The Python peers, each set up as its own documentation recommends. `open_*` returns (memoize, close)."""


def open_pypersist(folder):
    from pypersist import persist

    def memoize(name, original):
        return persist(original, cache=f"file://{folder}", funcname=name)

    return memoize, lambda: None


def open_joblib(folder):
    from joblib import Memory

    memory = Memory(folder, verbose=0)
    return lambda name, original: memory.cache(original), lambda: None


def open_joblib_mmap(folder):
    """Hits with arrays are read-only views of the file, of which the system reads only what is used."""
    from joblib import Memory

    memory = Memory(folder, mmap_mode="r", verbose=0)
    return lambda name, original: memory.cache(original), lambda: None


def open_diskcache(folder):
    from diskcache import Cache

    cache = Cache(folder)
    return lambda name, original: cache.memoize(name=name)(original), cache.close


def open_cachier(folder):
    from cachier import cachier

    return lambda name, original: cachier(cache_dir=folder, separate_files=True)(original), lambda: None


OPEN = {
    "pypersist": open_pypersist,
    "joblib": open_joblib,
    "joblib-mmap": open_joblib_mmap,
    "diskcache": open_diskcache,
    "cachier": open_cachier,
}
