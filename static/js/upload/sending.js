// Sends the form itself once every file is there. Whatever goes wrong, what was typed and what has arrived is kept.
const showAnswer = (form, text) => {
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("form[data-upload]");
  if (!fresh) return false;
  form.replaceChildren(...fresh.childNodes);
  return true;
};

// What an error page says, in a line.
const problem = (text) => {
  const page = new DOMParser().parseFromString(text, "text/html");
  return ["main h1", "main [data-problem]"].map((place) => page.querySelector(place)?.textContent.trim()).filter(Boolean).join(": ");
};

export const sendForm = async (form, server, { say, shown }) => {
  if (form.dataset.ended) await server.renew();
  delete form.dataset.ended;
  form.dataset.sending = "yes";
  const request = new XMLHttpRequest();
  const end = (text) => { delete form.dataset.sending; say(text); };
  request.onerror = () => end(form.dataset.lost);
  request.onload = () => {
    if (new URL(request.responseURL).pathname === form.dataset.signIn) {
      form.dataset.ended = "yes";
      end(form.dataset.signedOut);
    } else if (request.status === 201) {
      form.dataset.gone = "yes";
      location.assign(JSON.parse(request.responseText).location);
    } else if (showAnswer(form, request.responseText)) {
      delete form.dataset.sending;
      shown();
    } else end(problem(request.responseText) || form.dataset.lost);
  };
  request.open("POST", form.getAttribute("action") || location.href);
  request.setRequestHeader("X-Casework-Upload", "1");
  request.send(new FormData(form));
};
