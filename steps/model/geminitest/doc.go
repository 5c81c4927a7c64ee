// Package geminitest is an emulator of the Gemini API and of Vertex AI on the loopback interface: for tests, and to
// rehearse a run without a key, a network or a bill. It is driven by the same google.golang.org/genai as the services,
// through HTTPOptions.BaseURL or GOOGLE_GEMINI_BASE_URL and GOOGLE_VERTEX_BASE_URL.
//
// The files in reading order: options.go and server.go; route.go, admit.go and serve.go lead a request from its path to
// its answer; shape.go and question.go read it, strictly; generate.go, answer.go, naming.go, embedding.go and
// counttokens.go answer for the models of models.json; upload.go and files.go are the Files API, bucket.go is Cloud
// Storage; create.go, jobs.go, work.go, row.go and jobview.go are batch jobs. limits.go, faults.go, plan.go, dice.go,
// before.go and spoil.go make life hard; book.go and bill.go count; clock.go and disk.go keep time and state; admin.go
// is for those who rehearse.
//
// # What it imitates
//
// The Gemini API with a key, under /v1beta and /v1: models/M:generateContent, :countTokens, :batchEmbedContents,
// :embedContent, :batchGenerateContent, :asyncBatchEmbedContent; models and models/M; files with resumable upload,
// get, list, delete, and download of what jobs made; batches with get, list, cancel, delete. Vertex AI, under /v1beta1
// and /v1, in express mode with a key or under projects/P/locations/L with a token: publishers/google/models/M with
// :generateContent, :countTokens, :predict, :embedContent, and batchPredictionJobs from and to Cloud Storage, of whose
// JSON interface there is as much as that needs: upload (media, multipart, resumable in one piece), download with ranges,
// list by prefix, delete.
//
// Requests are taken in camel case and in snake case. A field that the service does not have, or has only in the other
// dialect, is refused as the service refuses it, and noted ([Server.Violations]), as are keys in addresses. Whole numbers
// of 64 bits are sent as texts; fields that are 0 are left out. A key or token sees only its own files and jobs.
//
// # What clients stumble over there, and here too
//
//   - A 429 tells its quota by an id, of a minute or of a day, with a RetryInfo of seconds in both cases; on Vertex AI it
//     tells nothing.
//   - Thinking uses up maxOutputTokens, to the point of an answer without text.
//   - The output of a batch job has a name longer than the 40 characters that files.get takes. It can be downloaded.
//   - A file that is gone, or was never there, is 403; a job of another project is 404.
//   - Batches are listed only to who names a page size.
//   - Jobs succeed although all of their rows failed, end early with answers that are paid for, and are stuck.
//   - On Vertex AI, results come in another order, under no key, with the request written anew; the folder they are in
//     is named by a time that is not the job's.
//   - A file lives for 48 hours.
//   - An embedding of gemini-embedding-001 with fewer than 3,072 numbers has not the length 1.
//
// # Faults, bill, clock, state
//
// A [Plan] lets go wrong what went wrong for others; [FaultsOf] lists what can. The [Bill] knows what was billed, how
// often, and what of it was lost on purpose, so that a test can prove that nothing was paid for twice ([Bill.PaidTwice]).
// The clock can be moved ([Server.Advance]); jobs, limits and files go by it. All of that lies in a folder. It is written
// before the answer leaves, so that emulator and client can be killed at any moment, and go on.
//
// Answers depend on the request alone ([Answerer]): the same request gets the same answer alone and in a job, through
// the Gemini API and through Vertex AI.
//
// # What it does not
//
// Streaming, tools, images, audio, caches, tuning, the Live API, several candidates, BigQuery, permissions of buckets.
// A token is four bytes. A cancelled or expired job hands out the rows that were done, which the documents promise for
// Vertex AI and leave open for the Gemini API. Batch stats of a job that runs are estimates. Whether the service bills
// an answer that is blocked is not documented; here, thinking and prompt are billed, and of a blocked prompt the prompt.
//
// Sources: the code of google.golang.org/genai v1.77.0 for all that is sent and expected; ai.google.dev/gemini-api/docs
// (batch-api, files, rate-limits, troubleshooting) and the Vertex AI documents on batch prediction; and for failures the
// issues of googleapis/python-genai (486, 1218, 1250, 1323, 1341, 1482, 1901, 1909, 2008, 2044, 2221, 2439, 2519, 2693,
// 2974), js-genai (1108, 1207, 1264) and go-genai (436).
package geminitest
