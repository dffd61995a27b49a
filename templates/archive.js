/* The page is complete without this script. It adds a filter, sorting, and other orders of the
   matrix; it reads and changes only this page. */
(function () {
  'use strict';

  function make(tag, text, label) {
    var element = document.createElement(tag);
    if (text) { element.textContent = text; }
    if (label) { element.setAttribute('aria-label', label); }
    if (tag === 'button') { element.type = 'button'; }
    return element;
  }

  /* Words that a row must have; `class:high` and the like are compared with what the row says of itself. */
  function addFilter() {
    var rows = Array.from(document.querySelectorAll('tr[data-f]'));
    var box = make('div');
    box.className = 'tools';
    box.setAttribute('role', 'search');
    var input = make('input', '', 'Filter cases and signatures');
    input.type = 'search';
    input.placeholder = 'Filter: class:high cloud:aks';
    var shown = make('span');
    shown.className = 'n';
    shown.setAttribute('role', 'status');
    box.append(input, shown);
    document.querySelector('.bar .wrap').append(box);

    function apply() {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      var left = 0;
      rows.forEach(function (row) {
        var text = row.dataset.f.toLowerCase() + ' ' + row.textContent.toLowerCase();
        var fits = words.every(function (word) { return text.includes(word); });
        row.hidden = !fits;
        if (fits) { left += 1; }
      });
      document.querySelectorAll('section.group').forEach(function (group) {
        group.hidden = words.length > 0 && !group.querySelector('tr[data-f]:not([hidden])');
      });
      shown.textContent = words.length ? left + ' of ' + rows.length + ' rows' : '';
    }
    input.addEventListener('input', apply);
    addEventListener('keydown', function (event) {
      if (event.key === '/' && document.activeElement !== input) {
        event.preventDefault();
        input.focus();
      } else if (event.key === 'Escape' && document.activeElement === input) {
        input.value = '';
        apply();
      }
    });
  }

  /* The value of a cell: its number where it is one. */
  function value(row, column) {
    var text = row.cells[column].textContent.trim();
    var number = parseFloat(text.replace(/[,%< ]/g, ''));
    return /^[<\d]/.test(text) && !/^\d{4}-/.test(text) && !isNaN(number) ? number : text;
  }

  function addSorting(table) {
    var heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      if (head.classList.contains('pic')) { return; }
      var button = make('button', head.textContent);
      head.textContent = '';
      head.append(button);
      button.addEventListener('click', function () {
        var down = head.getAttribute('aria-sort') === 'ascending';
        heads.forEach(function (other) { other.removeAttribute('aria-sort'); });
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        var rows = Array.from(table.querySelectorAll('tbody tr'));
        rows.sort(function (a, b) {
          var x = value(a, column);
          var y = value(b, column);
          var order = typeof x === typeof y ? (x < y ? -1 : x > y ? 1 : 0) : (typeof x === 'number' ? -1 : 1);
          return down ? -order : order;
        });
        rows.forEach(function (row) { table.tBodies[0].append(row); });
      });
    });
  }

  function path(marks, wanted) {
    var out = '';
    var start = -1;
    for (var at = 0; at <= marks.length; at += 1) {
      var same = marks[at] === wanted;
      if (same && start < 0) { start = at; }
      if (!same && start >= 0) {
        out += 'M' + start + ' 0h' + (at - start) + 'v1h' + (start - at) + 'z';
        start = -1;
      }
    }
    return out;
  }

  var LETTERS = { unexplained: 'u', critical: 'c', high: 'h', minor: 'm', ended: 'e', healthy: 'g' };

  function addOrders(table) {
    var ids = table.dataset.columns.split(' ');
    var names = table.dataset.names.split('\t');
    var dates = ids.map(function (_, place) { return place; });
    var orders = { 'by date': dates };
    ['class', 'version'].forEach(function (name) {
      orders['by ' + (name === 'class' ? 'verdict' : name)] = table.dataset[name].split(',').map(Number);
    });
    var now = dates;
    var box = make('div');
    box.className = 'tools';
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', 'Order of the columns');
    var who = make('p');
    who.className = 'who note';

    function draw() {
      table.querySelectorAll('tr[data-m]').forEach(function (row) {
        var letters = now.map(function (place) { return row.dataset.m[place]; });
        row.querySelectorAll('svg.row path').forEach(function (element) {
          var name = element.getAttribute('class');
          var letter = name === 'blind' ? '-' : row.dataset.f ? 'x' : LETTERS[name.slice(2)];
          element.setAttribute('d', path(letters, letter));
        });
      });
      table.querySelector('.ticks').classList.toggle('quiet', now !== dates);
    }

    Object.keys(orders).forEach(function (name) {
      var button = make('button', name);
      button.setAttribute('aria-pressed', String(orders[name] === now));
      button.addEventListener('click', function () {
        now = orders[name];
        box.querySelectorAll('button').forEach(function (other) {
          other.setAttribute('aria-pressed', String(other === button));
        });
        draw();
      });
      box.append(button);
    });

    /* The pointer names the case; a click goes to its row. */
    function at(event) {
      var picture = event.target.closest('svg.row');
      if (!picture) { return -1; }
      var edges = picture.getBoundingClientRect();
      return now[Math.floor((event.clientX - edges.left) / edges.width * ids.length)];
    }
    table.addEventListener('pointermove', function (event) {
      var place = at(event);
      who.textContent = place >= 0 ? names[place] : '';
    });
    table.addEventListener('click', function (event) {
      var place = at(event);
      if (place >= 0) { location.hash = ids[place]; }
    });
    table.parentElement.before(box);
    table.parentElement.after(who);
  }

  addFilter();
  document.querySelectorAll('table').forEach(addSorting);
  var matrix = document.getElementById('mx');
  if (matrix) { addOrders(matrix); }
}());
