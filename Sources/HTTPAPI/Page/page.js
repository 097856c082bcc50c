// One page over the public API: what it shows, any program can ask for.
"use strict";

const at = (id) => document.getElementById(id);
const rowsShown = 15;
let account = null;
let days = [];
let areDaysRead = false;
let stream = null;
let wanted = 0; // counts questions, so that a late answer to an old one is not shown
let refresh = null;

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// Numbers stay text and are rounded half away from zero, as everywhere; a binary fraction never holds one.
function grouped(text, decimals) {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text ?? "");
  if (!parts) return text ?? "–";
  let [, sign, whole, rest = ""] = parts;
  if (decimals !== undefined) {
    const units = BigInt(whole + rest.padEnd(decimals, "0").slice(0, decimals)) + (rest[decimals] >= "5" ? 1n : 0n);
    const digits = units.toString().padStart(decimals + 1, "0");
    whole = digits.slice(0, digits.length - decimals);
    rest = digits.slice(digits.length - decimals);
  }
  return sign.replace("-", "−") + whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? "." + rest : "");
}

async function ask(path, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters || {})) if (value != null) query.set(name, value);
  const text = query.toString();
  const answer = await fetch("v1/" + path + (text ? "?" + text : ""));
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail || body.title || answer.statusText);
  return body;
}

function table(id, columns, rows, empty) {
  const head = element("tr");
  for (const [title, , kind] of columns) head.append(element("th", title, kind === "number" ? "number" : ""));
  const body = document.createElement("tbody");
  for (const row of rows) {
    const line = element("tr");
    for (const [, value, kind] of columns) line.append(element("td", value(row) ?? "–", kind));
    body.append(line);
  }
  if (rows.length === 0) {
    const none = element("td", empty, "none");
    none.colSpan = columns.length;
    body.append(element("tr"));
    body.lastChild.append(none);
  }
  const top = document.createElement("thead");
  top.append(head);
  at(id).replaceChildren(top, body);
}

const moment = (text) => (text ? text.slice(0, 19).replace("T", " ") : "–");

function showFigures(view, day) {
  const figures = [
    ["Equity at the close", day ? grouped(day.equity, 2) : "–"],
    ["Settled cash", grouped(view.cash, 2)],
    ["Reserved", grouped(view.reserved, 2)],
    ["Unrealised", day ? grouped(day.unrealised, 2) : "–"],
    ["Realised", day ? grouped(day.realised, 2) : "–"],
    ["Kill switch", view.killSwitch ? "pulled" : "no"],
  ];
  const parts = [];
  for (const [name, value] of figures) {
    const group = element("div");
    group.append(element("dt", `${name}${name === "Kill switch" ? "" : " " + view.currency}`), element("dd", value));
    parts.push(group);
  }
  at("figures").replaceChildren(...parts);
}

// Without a valuation their price, value and result are not known yet.
function showPositions(positions) {
  table("positions", [
    ["Symbol", (row) => row.symbol],
    ["Quantity", (row) => grouped(row.quantity), "number"],
    ["Cost", (row) => grouped(row.cost, 2), "number"],
    ["Price", (row) => grouped(row.price), "number"],
    ["Price of", (row) => (row.quotedAt ? moment(row.quotedAt) : row.markDate || "–") + (row.stale ? " (old)" : "")],
    ["Value", (row) => grouped(row.value, 2), "number"],
    ["Unrealised", (row) => grouped(row.unrealised, 2), "number"],
  ], positions.filter((row) => row.quantity !== "0"), "No positions.");
}

function showOrders(orders, refusals) {
  table("orders", [
    ["Placed", (row) => moment(row.placedAt)],
    ["Symbol", (row) => row.symbol],
    ["Side", (row) => row.side.replaceAll("_", " ")],
    ["Type", (row) => row.type.replaceAll("_", " ")],
    ["Quantity", (row) => grouped(row.quantity), "number"],
    ["Filled", (row) => grouped(row.cumulative), "number"],
    ["Average", (row) => grouped(row.averagePrice), "number"],
    ["Status", (row) => row.status.toLowerCase().replaceAll("_", " ")],
  ], orders, "No orders.");
  table("refusals", [
    ["When", (row) => moment(row.at)],
    ["Symbol", (row) => row.symbol],
    ["Code", (row) => row.code, "bad"],
    ["Why", (row) => row.reason],
    ["Limit", (row) => grouped(row.limit), "number"],
    ["Was", (row) => grouped(row.value), "number"],
  ], refusals, "Nothing was refused.");
}

// The curve may be drawn with floating point: it is a picture.
function showCurve(chosen) {
  const curve = at("curve");
  if (days.length < 2) {
    curve.replaceChildren();
    for (const id of ["first", "range", "last"]) at(id).textContent = "";
    at("range").textContent = areDaysRead ? "It begins with the second day that is closed." : "";
    return;
  }
  const values = days.map((day) => Number(day.equity));
  const low = Math.min(...values), high = Math.max(...values), span = high - low || 1;
  const step = Math.max(1, Math.floor(days.length / 800));
  let path = "";
  for (let index = 0; index < days.length; index += step) {
    const x = index / (days.length - 1) * 800, y = 195 - (values[index] - low) / span * 190;
    path += `${path ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
  }
  const space = "http://www.w3.org/2000/svg";
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  const parts = [line];
  if (chosen < days.length) {
    const mark = document.createElementNS(space, "line");
    const x = (chosen / (days.length - 1) * 800).toFixed(1);
    for (const [name, value] of [["x1", x], ["x2", x], ["y1", "0"], ["y2", "200"]]) mark.setAttribute(name, value);
    parts.push(mark);
  }
  curve.replaceChildren(...parts);
  at("first").textContent = days[0].date;
  at("last").textContent = days[days.length - 1].date;
  at("range").textContent = `${grouped(String(Math.round(low)))} to ${grouped(String(Math.round(high)))}`;
}

async function show() {
  const question = ++wanted;
  const slider = at("moment");
  const chosen = Number(slider.value);
  const isPast = chosen < days.length;
  const position = isPast ? days[chosen].position : null;
  const day = isPast ? days[chosen] : days[days.length - 1];
  at("when").textContent = isPast ? days[chosen].date : "now";
  at("now").disabled = !isPast;
  history.replaceState(null, "", "#" + account + (isPast ? "@" + days[chosen].date : ""));
  showCurve(chosen);
  try {
    const path = "accounts/" + encodeURIComponent(account);
    const [view, orders, refusals] = await Promise.all([
      ask(path, { at: position }),
      ask(path + "/orders", { at: position, limit: rowsShown }),
      ask(path + "/refusals", { at: position, limit: rowsShown }),
    ]);
    if (question !== wanted) return;
    showFigures(view, day);
    const place = account + "@" + position;
    const isValued = at("positions").dataset.valued === place;
    if (!isValued) {
      showPositions(view.positions);
      at("positions").dataset.valued = "";
    }
    showOrders(orders.orders, refusals.refusals);
    at("problem").hidden = true;
    if (isPast) at("position").textContent = grouped(String(position));
    at("state").className = isPast ? "past" : stream && stream.readyState === 1 ? "live" : "";
    at("state").textContent = isPast ? "the past" : stream && stream.readyState === 1 ? "live" : "connecting";
    // The past is folded from the log: it is valued where the slider rests, once, at the prices of its own day.
    if (!isPast || !isValued) {
      if (isPast) await new Promise((go) => setTimeout(go, 200));
      if (question !== wanted) return;
      const time = isPast ? days[chosen].date + "T23:59:59Z" : null;
      const valuation = await ask(path + "/valuation", { at: position, time });
      if (question !== wanted) return;
      showPositions(valuation.positions);
      at("positions").dataset.valued = place;
    }
  } catch (error) {
    complain(error);
  }
  document.body.dataset.shown = String(question);
}

async function readDays() {
  const asked = account;
  const isNow = Number(at("moment").value) >= days.length;
  const read = (await ask("accounts/" + encodeURIComponent(asked) + "/equity")).days;
  if (asked !== account) return;
  days = read;
  areDaysRead = true;
  at("moment").max = String(days.length);
  if (isNow) at("moment").value = String(days.length);
}

// Many facts make one look.
function hear(event) {
  at("position").textContent = grouped(event.lastEventId);
  if (refresh || Number(at("moment").value) < days.length) return;
  refresh = setTimeout(async () => {
    refresh = null;
    await show();
  }, 250);
}

function listen() {
  if (stream) stream.close();
  stream = new EventSource("v1/accounts/" + encodeURIComponent(account) + "/stream");
  stream.onopen = show;
  stream.onerror = () => { at("state").textContent = "connecting"; at("state").className = ""; };
  for (const kind of ["order", "execution", "portfolio", "risk", "refusal", "account"]) {
    stream.addEventListener(kind, hear);
  }
  stream.addEventListener("day", (event) => readDays().then(() => hear(event), complain));
  // A reader that fell behind goes on from what is true now.
  stream.addEventListener("dropped", listen);
}

function complain(error) {
  at("problem").textContent = error.message;
  at("problem").hidden = false;
}

async function choose(name, date) {
  if (stream) stream.close();
  account = name;
  days = [];
  areDaysRead = false;
  at("positions").dataset.valued = "";
  at("moment").value = at("moment").max = "0";
  // What is true now needs no curve, and is not kept waiting by it.
  if (!date) await show();
  await readDays();
  // Somebody may have chosen another one meanwhile.
  if (account !== name) return;
  const day = days.findLastIndex((day) => day.date <= date);
  if (day >= 0) at("moment").value = String(day);
  if (date) await show();
  if (account !== name) return;
  // Shows what is true by then.
  listen();
}

async function begin() {
  try {
    // `#desk` is an account, `#desk@2008-09-15` that account at the close of a day; neither waits for the list.
    const [named, date] = decodeURIComponent(location.hash.slice(1)).split("@");
    const list = ask("accounts");
    const chosen = named ? choose(named, date).then(() => true, () => false) : false;
    const { accounts } = await list;
    at("account").replaceChildren(...accounts.map(({ alias }) => element("option", alias)));
    if (accounts.length === 0) throw new Error("There is no account yet: bifrost account open NAME opens one.");
    const isListed = accounts.some(({ alias }) => alias === named);
    at("account").value = isListed ? named : accounts[0].alias;
    if (!(await chosen && isListed)) await choose(at("account").value, date);
  } catch (error) {
    complain(error);
  }
}

at("account").addEventListener("change", (event) => choose(event.target.value).catch(complain));
at("moment").addEventListener("input", show);
at("now").addEventListener("click", () => { at("moment").value = at("moment").max; show(); });
begin();
