// Package openai asks models behind any server that speaks OpenAI's protocol, such as vLLM, Ollama, llama.cpp and
// OpenAI itself: /chat/completions and /embeddings below a base URL, with a key if the server wants one.
//
// client.go makes the [Client] and sends; chat.go asks a question, and dialect.go finds out in which words the server takes
// it; reply.go reads the answer, embed.go asks for vectors, and failure.go decides by status and typed fields, never by the
// words of a message, what a reply means that is no answer.
//
// Servers differ. Reasoning that comes beside an answer is left out of it; reasoning within it, which vLLM sends without
// its --reasoning-parser, cannot be told from text and stays. No more of a reply is read than an answer can have.
package openai
