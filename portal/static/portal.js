/* portal.js – hành vi nhỏ, không có mã nội tuyến; trang vẫn dùng được khi tệp này không tải. */
(function(){
"use strict";
var d=document,$=function(s,r){return (r||d).querySelector(s)},$$=function(s,r){return Array.prototype.slice.call((r||d).querySelectorAll(s))};
function say(t){var l=$("#doc-ket-qua");if(l){l.textContent="";setTimeout(function(){l.textContent=t},50)}}

d.addEventListener("click",function(e){
  var t=e.target.closest("[data-open],[data-close],[data-nav],[data-copy],[data-peek]");
  $$("details.menu[open]").forEach(function(m){if(!m.contains(e.target))m.open=false});
  if(!t)return;
  if(t.dataset.open){var dl=d.getElementById(t.dataset.open);if(dl&&dl.showModal)dl.showModal()}
  if(t.hasAttribute("data-close")){var c=t.closest("dialog,.toast");if(c)c.close?c.close():c.remove()}
  if(t.hasAttribute("data-nav")){var s=$("#dieu-huong"),o=s.classList.toggle("is-open");t.setAttribute("aria-expanded",o)}
  if(t.hasAttribute("data-copy")&&navigator.clipboard)navigator.clipboard.writeText(location.href).then(function(){say("Đã sao chép liên kết")});
  if(t.hasAttribute("data-peek")){var i=d.getElementById(t.getAttribute("aria-controls")),on=i.type==="password";i.type=on?"text":"password";t.setAttribute("aria-pressed",on)}
});
d.addEventListener("keydown",function(e){
  if(e.key==="Escape")$$("details.menu[open]").forEach(function(m){m.open=false;$("summary",m).focus()});
  if(e.key==="/"&&!/^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)){var q=$(".mast-search input");if(q){e.preventDefault();q.focus()}}
});

/* chọn nhiều dòng: hiện thanh thao tác, đọc số lượng */
function bulk(tb){
  var all=$("[data-all]",tb),rows=$$("[data-row]",tb),n=rows.filter(function(r){return r.checked}).length,barEl=$("[data-bulk]"),tool=$("[data-tools]");
  rows.forEach(function(r){r.closest("tr").classList.toggle("is-selected",r.checked)});
  if(all){all.checked=n===rows.length&&n>0;all.indeterminate=n>0&&n<rows.length}
  if(barEl){barEl.hidden=!n;tool.hidden=!!n;$("[data-n]",barEl).textContent=n;tb.closest(".panel").classList.toggle("has-bulk",!!n)}
}
/* bảng xếp trên điện thoại: giữ vai trò bảng cho trình đọc màn hình */
function roles(r){$$("table.table-stack",r).forEach(function(t){
  t.setAttribute("role","table");$$("thead,tbody,tfoot",t).forEach(function(x){x.setAttribute("role","rowgroup")});
  $$("tr",t).forEach(function(x){x.setAttribute("role","row")});$$("td",t).forEach(function(x){x.setAttribute("role","cell")});
  $$("th",t).forEach(function(x){x.setAttribute("role",x.scope==="col"?"columnheader":"rowheader")})})}
function pickers(r){$$("table.has-pick",r).forEach(bulk)}
d.addEventListener("change",function(e){
  var tb=e.target.closest&&e.target.closest("table.has-pick");if(!tb)return;
  if(e.target.hasAttribute("data-all"))$$("[data-row]",tb).forEach(function(r){r.checked=e.target.checked});
  bulk(tb);say("Đã chọn "+$$("[data-row]:checked",tb).length+" hồ sơ");
});
d.addEventListener("click",function(e){var b=e.target.closest("[data-clear]");if(b){$$("table.has-pick [data-row]").forEach(function(r){r.checked=false});pickers(d)}});

/* tên tệp đã chọn */
d.addEventListener("change",function(e){if(e.target.hasAttribute&&e.target.hasAttribute("data-file")){var o=$("[data-file-name]",e.target.parentNode);if(o&&e.target.files[0])o.textContent=e.target.files[0].name}});

/* đếm ngược: máy chủ in sẵn chữ, tệp này chỉ cập nhật mỗi phút */
function tick(){$$("[data-deadline]").forEach(function(el){
  var m=Math.floor((new Date(el.dataset.deadline)-Date.now())/6e4);if(m<0||m>6e4)return;
  el.textContent=Math.floor(m/1440)+" ngày "+Math.floor(m%1440/60)+" giờ "+m%60+" phút"})}
setInterval(tick,6e4);

/* rời trang khi còn sửa chưa lưu */
var dirty=false;
d.addEventListener("input",function(e){var f=e.target.closest("form[data-guard]");if(f){dirty=true;var s=$("[data-saved]");if(s)s.textContent="Có thay đổi chưa lưu"}});
d.addEventListener("submit",function(){dirty=false});
addEventListener("beforeunload",function(e){if(dirty){e.preventDefault();e.returnValue=""}});

/* thông báo thành công tự ẩn sau 6 giây, trừ khi đang trỏ hoặc đang giữ tiêu điểm; lỗi thì ở lại */
function toasts(r){$$(".toast[data-auto]",r).forEach(function(t){var go=function(){if(t.matches(":hover,:focus-within"))return setTimeout(go,2e3);t.remove()};setTimeout(go,6e3)})}

/* htmx (2 hoặc 4): bận, tiêu điểm sau khi thay, đọc kết quả */
["htmx:beforeRequest","htmx:before:request"].forEach(function(n){d.addEventListener(n,function(e){var r=e.target.closest&&e.target.closest("[data-region]");if(r)r.setAttribute("aria-busy","true")})});
["htmx:afterSettle","htmx:after:settle"].forEach(function(n){d.addEventListener(n,function(){
  $$("[data-region][aria-busy]").forEach(function(r){r.removeAttribute("aria-busy")});
  var f=$("[data-focus]");if(f){f.focus({preventScroll:false});f.removeAttribute("data-focus")}
  var c=$("[data-count]");if(c)say(c.textContent.trim());
  pickers(d);toasts(d);roles(d);
})});
d.documentElement.classList.add("js");pickers(d);toasts(d);roles(d);roles(d);
})();
