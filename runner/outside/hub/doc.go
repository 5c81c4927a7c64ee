// Package hub reads dataset repositories of the Hugging Face Hub.
//
// Read it in this order. address.go parses what the user writes ([Parse]), find.go finds the user's token. pin.go turns
// a branch or tag into a commit, so that what is planned is what is read. list.go lists the files of a pattern or a split:
// tree.go pages through the repository, datafiles.go reads the card, and card.go, splitfiles.go and splits.go tell which
// files belong together. file.go opens one of them for
// random access: it keeps blocks, reads on in one long request where reads follow each other (stream.go), and asks the
// Hub again where the bytes lie (resolve.go) when a signed address has run out. Below all of it, request.go sends,
// fault.go tells what may be tried again, patience.go tries again, and problem.go says what went wrong in the words
// of the user.
//
// What must stay true. The token goes to the host of the endpoint, over its scheme, and nowhere else: redirects are
// followed by hand, and neither the token nor a signed address gets into an error. Bytes are handed out only if they are
// the bytes that were asked for: the answer's range, length and ETag are checked, the Hub must name the same digest
// for the file as when it was listed, and a file read once from its beginning to its end is hashed along the way.
// Everything waits on a context, and no goroutine outlives a call.
//
// # Sources
//
// Documentation of the Hub: "Hub API Endpoints" and its OpenAPI description (tree, revision, resolve), "Hub Rate limits"
// (RateLimit and RateLimit-Policy of draft-ietf-httpapi-ratelimit-headers-09, 429, windows of five minutes),
// "File names and splits", "Data files Configuration", "Manual Configuration", "Gated datasets". Documentation of
// huggingface_hub: "HF URIs" (hf://datasets/OWNER/NAME@REVISION/PATH, refs/pr/N and refs/convert/NAME with their
// slashes), "Environment variables" (HF_TOKEN, HF_TOKEN_PATH, HF_HOME, HF_ENDPOINT). Behaviour that no page tells was
// taken from those two libraries' sources and threads: error codes and what a 401 means (huggingface_hub
// utils/_http.py), X-Linked-Etag, X-Linked-Size and X-Repo-Commit, which stand on the redirect and not on the CDN's
// answer, whose ETag is another value (file_download.py), small files redirected on the same host to
// /api/resolve-cache (huggingface_hub pull request 4739), a 403 of the CDN that is no expiry (xet-core issue 956),
// the order in which names are tried for splits (datasets data_files.py, utils/metadata.py, load.py).
//
// # Departures
//
// hf://OWNER/NAME means a dataset here, where huggingface_hub takes it for a model: nothing else is read. Files are
// fetched over the plain resolve route, which serves files of the Xet storage too; the chunk protocol of Xet saves
// nothing to who reads a file once. Of the layouts that datasets recognises, those for evaluation logs and agent
// tasks are left out. In addition to them, a folder may stand for a configuration that no card declares.
package hub
