// Making and using passkeys: the browser's own interface, and two questions to the server each.
"use strict";

async function ask(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Accept": "application/json" },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}

async function make(form) {
  const link = form.dataset.link;
  const options = await ask("/passkeys/new", { link });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.options);
  const made = await navigator.credentials.create({ publicKey });
  return ask("/passkeys/made", { link, question: options.question, label: form.dataset.label || "", credential: made.toJSON() });
}

async function use(form) {
  const options = await ask("/passkeys/use", {});
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.options);
  const given = await navigator.credentials.get({ publicKey });
  return ask("/passkeys/used", { question: options.question, next: form.dataset.next, credential: given.toJSON() });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = form.querySelector(".problem");
    problem.hidden = true;
    try {
      const said = await (form.dataset.passkey === "sign-in" ? use(form) : make(form));
      location.assign(said.next);
    } catch (error) {
      problem.textContent = error.name === "NotAllowedError" ? "it was not done, or took too long; try again" : error.message;
      problem.hidden = false;
    }
  });
}
