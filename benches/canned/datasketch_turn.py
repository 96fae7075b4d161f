"""datasketch's MinHash of 128 hashes and LSH at 0.5, on the texts of a file; prints a JSON object."""

import json
import re
import sys
import time

import datasketch
from datasketch import MinHash, MinHashLSH

posts = json.load(open(sys.argv[1], encoding="utf-8"))
index = MinHashLSH(threshold=0.5, num_perm=128)
found = planted = 0
began = time.thread_time()
for at, post in enumerate(posts):
    words = re.findall(r"\w+", post["text"].lower())
    pairs = [f"{a} {b}" for a, b in zip(words, words[1:])]
    signature = MinHash(num_perm=128)
    signature.update_batch([shingle.encode() for shingle in {*words, *pairs}])
    alike = index.query(signature)
    if post["of"] is not None:
        planted += 1
        found += post["of"] in alike
    index.insert(at, signature)
spent = time.thread_time() - began
print(json.dumps({
    "who": "datasketch", "version": datasketch.__version__, "posts": len(posts), "rate": len(posts) / spent,
    "recall": found / max(planted, 1),
}))
